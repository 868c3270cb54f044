import type { CompiledQuery, Kysely } from 'kysely'
import type { AuditRow, Tables } from './tables.ts'

/** A place in the audit log, newest first. */
export type AuditPlace = { at: string; id: string }

/** The audit log's table. */
export type AuditTrail = {
  append(rows: AuditRow[]): Promise<void>
  /** Newest first, from after a place. */
  list(options: { room: string | undefined; limit: number; after: AuditPlace | undefined }): Promise<AuditRow[]>
  /** Deletes what is older. */
  prune(before: string): Promise<void>
}

const COLUMNS = ['id', 'at', 'request_id', 'caller_kind', 'caller', 'action', 'room', 'target', 'outcome'] as const

/** Rows that one statement inserts: few lengths, so that few statements are compiled, and few statements a batch. */
const LENGTHS = [64, 8, 1]

export function createAuditTrail(database: Kysely<Tables>): AuditTrail {
  // Under load there is a row for every call, so building and parsing its statement would cost more than storing it.
  const inserts = new Map<number, CompiledQuery>()

  function compileInsert(length: number): CompiledQuery {
    const known = inserts.get(length)
    if (known !== undefined) return known
    const insert = database
      .insertInto('audit')
      .values(Array.from({ length }, () => PLACEHOLDER))
      .compile()
    inserts.set(length, insert)
    return insert
  }

  return {
    async append(rows) {
      await database.transaction().execute(async (transaction) => {
        for (let start = 0; start < rows.length;) {
          const left = rows.length - start
          const length = LENGTHS.find((candidate) => candidate <= left) ?? 1
          const parameters: (string | null)[] = []
          for (const row of rows.slice(start, start + length))
            for (const column of COLUMNS) parameters.push(row[column])
          await transaction.executeQuery({ ...compileInsert(length), parameters })
          start += length
        }
      })
    },
    list({ room, limit, after }) {
      let query = database.selectFrom('audit').selectAll()
      if (room !== undefined) query = query.where('room', '=', room)
      if (after !== undefined) {
        query = query.where((eb) =>
          eb.or([eb('at', '<', after.at), eb.and([eb('at', '=', after.at), eb('id', '<', after.id)])]),
        )
      }
      return query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
    },
    async prune(before) {
      await database.deleteFrom('audit').where('at', '<', before).execute()
    },
  }
}

const PLACEHOLDER = Object.fromEntries(COLUMNS.map((column) => [column, ''])) as AuditRow
