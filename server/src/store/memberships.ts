import type { Kysely } from 'kysely'
import type { InviteRole, RoomAccess } from '@roomkey/shared'
import { UNOWNED, type Ownership } from './ownership.ts'
import type { Tables } from './tables.ts'

/** How one identity stands to one room. */
export type Standing = Ownership & { role: InviteRole | null; banned: boolean }

/** Whose rooms are whose. */
export type Memberships = {
  recordRoom(roomSid: string, ownership: Ownership): Promise<void>
  /** The ownership of each room that has a record. */
  ownerships(roomSids: string[]): Promise<Map<string, Ownership>>
  standing(roomSid: string, identity: string): Promise<Standing>
  /** As `standing`, bans aside, for each of the rooms that has a record or where the identity belongs. */
  standings(roomSids: string[], identity: string): Promise<Map<string, Omit<Standing, 'banned'>>>
  /** Makes the identity a member; a host stays a host when a guest's invitation is redeemed later. */
  addMember(roomSid: string, identity: string, role: InviteRole): Promise<void>
}

type StandingRow = {
  host: string | null
  access: RoomAccess | null
  role: InviteRole | null
  ban: string | null
}

/** PostgreSQL takes at most 65,535 parameters in a statement and SQLite 32,766; a page of rooms stays far below. */
export function createMemberships(database: Kysely<Tables>): Memberships {
  // Asked for every token of a signed-in user: compiled once, run with other parameters.
  const standing = database
    .selectNoFrom((eb) => [
      eb.selectFrom('rooms').select('host').where('sid', '=', '1').as('host'),
      eb.selectFrom('rooms').select('access').where('sid', '=', '2').as('access'),
      eb.selectFrom('members').select('role').where('room_sid', '=', '3').where('identity', '=', '4').as('role'),
      eb.selectFrom('bans').select('identity').where('room_sid', '=', '5').where('identity', '=', '6').as('ban'),
    ])
    .compile()

  async function ownerships(roomSids: string[]): Promise<Map<string, Ownership>> {
    if (roomSids.length === 0) return new Map()
    const rows = await database
      .selectFrom('rooms')
      .select(['sid', 'host', 'access'])
      .where('sid', 'in', roomSids)
      .execute()
    return new Map(rows.map(({ sid, host, access }) => [sid, { host, access }]))
  }

  return {
    async recordRoom(sid, { host, access }) {
      await database
        .insertInto('rooms')
        .values({ sid, host, access, created_at: new Date().toISOString() })
        .onConflict((conflict) => conflict.column('sid').doNothing())
        .execute()
    },
    ownerships,
    async standing(roomSid, identity) {
      const parameters = [roomSid, roomSid, roomSid, identity, roomSid, identity]
      const { rows } = await database.executeQuery<StandingRow>({ ...standing, parameters })
      const row = rows[0]
      return {
        host: row?.host ?? UNOWNED.host,
        access: row?.access ?? UNOWNED.access,
        role: row?.role ?? null,
        banned: row?.ban != null,
      }
    },
    async standings(roomSids, identity) {
      if (roomSids.length === 0) return new Map()
      const [owned, memberships] = await Promise.all([
        ownerships(roomSids),
        database
          .selectFrom('members')
          .select(['room_sid', 'role'])
          .where('room_sid', 'in', roomSids)
          .where('identity', '=', identity)
          .execute(),
      ])
      const roles = new Map(memberships.map(({ room_sid, role }) => [room_sid, role]))
      const known = new Set([...owned.keys(), ...roles.keys()])
      return new Map([...known].map((sid) => [sid, { ...(owned.get(sid) ?? UNOWNED), role: roles.get(sid) ?? null }]))
    },
    async addMember(room_sid, identity, role) {
      await database
        .insertInto('members')
        .values({ room_sid, identity, role, joined_at: new Date().toISOString() })
        .onConflict((conflict) => {
          const columns = conflict.columns(['room_sid', 'identity'])
          return role === 'host' ? columns.doUpdateSet({ role }) : columns.doNothing()
        })
        .execute()
    },
  }
}
