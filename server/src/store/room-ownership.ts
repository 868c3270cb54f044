import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { RoomOwnership } from './membership.ts'
import type { MembershipCache } from './membership-cache.ts'

/** Who opened which room, and whom it lets in. */
export type RoomOwnerships = {
  record(roomSid: string, ownership: RoomOwnership): Promise<void>
  /** The ownership of each room that has a record. PostgreSQL takes at most 65,535 parameters and SQLite 32,766. */
  find(roomSids: readonly string[]): Promise<Map<string, RoomOwnership>>
}

export function createRoomOwnerships(
  database: Kysely<Tables>,
  cache: MembershipCache,
  now: () => number,
): RoomOwnerships {
  return {
    async record(sid, { host, access }) {
      await database
        .insertInto('rooms')
        .values({ sid, host, access, created_at: new Date(now()).toISOString() })
        .onConflict((conflict) => conflict.column('sid').doNothing())
        .execute()
      cache.clear()
    },
    async find(roomSids) {
      if (roomSids.length === 0) return new Map()
      const rows = await database
        .selectFrom('rooms')
        .select(['sid', 'host', 'access'])
        .where('sid', 'in', roomSids)
        .execute()
      return new Map(rows.map(({ sid, host, access }) => [sid, { host, access }]))
    },
  }
}
