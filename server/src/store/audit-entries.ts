import type { AuditEntry } from '@roomkey/shared'
import type { Kysely } from 'kysely'
import type { AuditRow, Tables } from '../database/tables.ts'
import { newestFirst, readPage, type Page, type PageRequest } from './page-cursor.ts'

/** The audit log's table. */
export type AuditEntries = {
  /** Adds entries; of those that are there already, sets the count. */
  append(entries: readonly AuditEntry[]): Promise<void>
  /** Newest first; of one room, by its SID, or of all. */
  list(room: string | undefined, request: PageRequest): Promise<Page<AuditEntry>>
  /** Deletes what is older. */
  prune(before: string): Promise<void>
}

/** Entries that one statement inserts: PostgreSQL takes at most 65,535 parameters, SQLite 32,766. */
const CHUNK = 250

export function createAuditEntries(database: Kysely<Tables>): AuditEntries {
  return {
    async append(entries) {
      await database.transaction().execute(async (transaction) => {
        for (let start = 0; start < entries.length; start += CHUNK) {
          const rows = entries.slice(start, start + CHUNK).map(toRow)
          await transaction
            .insertInto('audit')
            .values(rows)
            .onConflict((conflict) => conflict.column('id').doUpdateSet({ count: (eb) => eb.ref('excluded.count') }))
            .execute()
        }
      })
    },
    async list(room, request) {
      const all = database.selectFrom('audit').selectAll()
      const query = room === undefined ? all : all.where('room', '=', room)
      const { items, nextCursor } = await readPage(query, newestFirst('at', 'id'), request)
      return { items: items.map(toEntry), nextCursor }
    },
    async prune(before) {
      await database.deleteFrom('audit').where('at', '<', before).execute()
    },
  }
}

function toRow({ requestId, callerKind, count = 1, ...entry }: AuditEntry): AuditRow {
  return { ...entry, count, request_id: requestId, caller_kind: callerKind }
}

function toEntry({ request_id, caller_kind, outcome, count, ...row }: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    requestId: request_id,
    callerKind: caller_kind as AuditEntry['callerKind'],
    caller: row.caller,
    action: row.action,
    room: row.room,
    target: row.target,
    outcome: outcome as AuditEntry['outcome'],
    ...(count > 1 && { count }),
  }
}
