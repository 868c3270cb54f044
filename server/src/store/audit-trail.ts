import { sql, type Kysely } from 'kysely'
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

export function createAuditTrail(database: Kysely<Tables>, kind: 'sqlite' | 'postgres'): AuditTrail {
  const columns = COLUMNS.join(', ')
  // A batch is one JSON parameter that the database takes apart: thousands of placeholders would cost this process
  // more than all else it does for the calls they are about.
  const source =
    kind === 'sqlite'
      ? { select: COLUMNS.map((name) => `value ->> '${name}'`).join(', '), from: sql`json_each` }
      : { select: columns, from: sql`json_to_recordset` }
  const shape = sql.raw(kind === 'sqlite' ? '' : `as entry(${COLUMNS.map((name) => `${name} text`).join(', ')})`)

  return {
    async append(rows) {
      const batch = JSON.stringify(rows)
      await sql`insert into audit (${sql.raw(columns)}) select ${sql.raw(source.select)} from ${source.from}(${batch}) ${shape}`.execute(
        database,
      )
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
