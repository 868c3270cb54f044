import type { Kysely } from 'kysely'
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

export function createAuditTrail(database: Kysely<Tables>): AuditTrail {
  return {
    async append(rows) {
      await database.insertInto('audit').values(rows).execute()
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
