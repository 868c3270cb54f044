import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { MembershipCache } from './membership-cache.ts'

/** Who is kept out of which room. */
export type Bans = {
  add(room: { sid: string; name: string }, identity: string): Promise<void>
  /** The SIDs of rooms that go, or went, by this SID or name and keep the identity out. */
  findRooms(roomRef: string, identity: string): Promise<string[]>
  /** Whether this process has banned anybody; says nothing about others on the same database. */
  wereAdded(): boolean
}

export function createBans(database: Kysely<Tables>, cache: MembershipCache): Bans {
  let wereAdded = false

  return {
    async add(room, identity) {
      await database
        .insertInto('bans')
        .values({ room_sid: room.sid, room_name: room.name, identity, created_at: new Date().toISOString() })
        .onConflict((conflict) => conflict.columns(['room_sid', 'identity']).doNothing())
        .execute()
      cache.clear()
      wereAdded = true
    },
    async findRooms(roomRef, identity) {
      const rows = await database
        .selectFrom('bans')
        .select('room_sid')
        .where('identity', '=', identity)
        .where((eb) => eb.or([eb('room_sid', '=', roomRef), eb('room_name', '=', roomRef)]))
        .execute()
      return rows.map((row) => row.room_sid)
    },
    wereAdded: () => wereAdded,
  }
}
