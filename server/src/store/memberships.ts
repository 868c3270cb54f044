import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { UNOWNED, type Membership } from './membership.ts'
import type { MembershipCache } from './membership-cache.ts'

/** Who belongs to which room. */
export type Memberships = {
  find(roomSid: string, identity: string): Promise<Membership>
  /** As `find`, for each of the rooms that has a record of its own or one of the identity. */
  findMany(roomSids: readonly string[], identity: string): Promise<Map<string, Membership>>
}

export function createMemberships(database: Kysely<Tables>, cache: MembershipCache): Memberships {
  return {
    find: (roomSid, identity) => cache.get(roomSid, identity, () => readMembership(database, roomSid, identity)),
    async findMany(roomSids, identity) {
      if (roomSids.length === 0) return new Map()
      const [owned, members, bans] = await Promise.all([
        database.selectFrom('rooms').select(['sid', 'host', 'access']).where('sid', 'in', roomSids).execute(),
        database
          .selectFrom('members')
          .select(['room_sid as sid', 'role'])
          .where('room_sid', 'in', roomSids)
          .where('identity', '=', identity)
          .execute(),
        database
          .selectFrom('bans')
          .select('room_sid as sid')
          .where('room_sid', 'in', roomSids)
          .where('identity', '=', identity)
          .execute(),
      ])
      const found = new Map<string, Membership>()
      const of = (sid: string): Membership => found.get(sid) ?? { ...UNOWNED, role: null, banned: false }
      for (const { sid, host, access } of owned) found.set(sid, { ...of(sid), host, access })
      for (const { sid, role } of members) found.set(sid, { ...of(sid), role })
      for (const { sid } of bans) found.set(sid, { ...of(sid), banned: true })
      return found
    },
  }
}

/** What the identity is to the room right now, in the transaction that `database` may be. */
export async function readMembership(database: Kysely<Tables>, roomSid: string, identity: string): Promise<Membership> {
  const row = await database
    .selectNoFrom((eb) => [
      eb.selectFrom('rooms').select('host').where('sid', '=', roomSid).as('host'),
      eb.selectFrom('rooms').select('access').where('sid', '=', roomSid).as('access'),
      eb
        .selectFrom('members')
        .select('role')
        .where('room_sid', '=', roomSid)
        .where('identity', '=', identity)
        .as('role'),
      eb
        .selectFrom('bans')
        .select('identity')
        .where('room_sid', '=', roomSid)
        .where('identity', '=', identity)
        .as('ban'),
    ])
    .executeTakeFirstOrThrow()
  return {
    host: row.host ?? UNOWNED.host,
    access: row.access ?? UNOWNED.access,
    role: row.role ?? null,
    banned: row.ban !== null,
  }
}
