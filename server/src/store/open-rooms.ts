import { sql, type Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'

/** The rooms that are in progress, of what the log of events knows. */
export type OpenRooms = {
  /** SIDs of rooms that were created and have not ended. */
  find(): Promise<string[]>
}

export function createOpenRooms(database: Kysely<Tables>): OpenRooms {
  return {
    async find() {
      // As the index has it, which holds these two types only. Of the two, the greater word is the later event.
      const { rows } = await sql<{ room_sid: string }>`
        select room_sid from events where type in ('room-created', 'room-ended')
        group by room_sid having max(type) = 'room-created'`.execute(database)
      return rows.map(({ room_sid }) => room_sid)
    },
  }
}
