import { sql, type Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'

/** Events of a room, or of any room, that are gone: all up to `lastId`. */
export type PrunedEvents = { roomSid: string | null; lastId: number }

/** Events that one transaction deletes. */
const CHUNK = 500

/** Deletes events that were stored before, oldest first, and remembers of each room up to where. */
export async function pruneEvents(database: Kysely<Tables>, before: string): Promise<void> {
  for (;;) {
    const oldest = await database.selectFrom('events').select(['id', 'stored_at']).orderBy('id').limit(CHUNK).execute()
    const last = oldest.findLast(({ stored_at }) => stored_at < before)
    if (last === undefined) return
    await database.transaction().execute(async (transaction) => {
      // In one order, since other servers may be at the same.
      await sql`insert into pruned_events (room_sid, last_id, pruned_at)
        select room_sid, max(id), ${new Date().toISOString()} from events where id <= ${last.id}
        group by room_sid order by room_sid
        on conflict (room_sid) do update set last_id = excluded.last_id, pruned_at = excluded.pruned_at
        where excluded.last_id > pruned_events.last_id`.execute(transaction)
      await transaction.deleteFrom('events').where('id', '<=', last.id).execute()
    })
  }
}

/** What is gone of what came after an id, in the order of ids: of rooms, each for itself; of all, as one. */
export async function findPrunedEvents(
  database: Kysely<Tables>,
  after: number,
  roomSids: readonly string[] | undefined,
): Promise<PrunedEvents[]> {
  const rows = await database
    .selectFrom('pruned_events')
    .select(['room_sid', 'last_id'])
    .where('last_id', '>', after)
    .$if(roomSids !== undefined, (all) => all.where('room_sid', 'in', roomSids ?? []).orderBy('last_id'))
    .$if(roomSids === undefined, (all) => all.orderBy('last_id', 'desc').limit(1))
    .execute()
  return rows.map(({ room_sid, last_id }) => ({
    roomSid: roomSids === undefined ? null : room_sid,
    lastId: Number(last_id),
  }))
}
