import type { Kysely } from 'kysely'
import type { InviteRole, RoomAccess } from '@roomkey/shared'
import type { Tables } from './tables.ts'

/** What a room is to callers: who made it, and who may enter besides hosts. */
export type Ownership = { host: string | null; access: RoomAccess }

/** How one identity stands to one room. */
export type Standing = Ownership & { role: InviteRole | null; banned: boolean }

/** Whose rooms are whose. */
export type Memberships = {
  recordRoom(roomSid: string, ownership: Ownership): Promise<void>
  /** The ownership of each room that has a record. */
  ownerships(roomSids: string[]): Promise<Map<string, Ownership>>
  standing(roomSid: string, identity: string): Promise<Standing>
  /** Those of the rooms that the identity hosts, belongs to, or may enter as anyone signed in may. */
  visible(roomSids: string[], identity: string): Promise<Set<string>>
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

  return {
    async recordRoom(sid, { host, access }) {
      await database
        .insertInto('rooms')
        .values({ sid, host, access, created_at: new Date().toISOString() })
        .onConflict((conflict) => conflict.column('sid').doNothing())
        .execute()
    },
    async ownerships(roomSids) {
      if (roomSids.length === 0) return new Map()
      const rows = await database
        .selectFrom('rooms')
        .select(['sid', 'host', 'access'])
        .where('sid', 'in', roomSids)
        .execute()
      return new Map(rows.map(({ sid, host, access }) => [sid, { host, access }]))
    },
    async standing(roomSid, identity) {
      const parameters = [roomSid, roomSid, roomSid, identity, roomSid, identity]
      const { rows } = await database.executeQuery<StandingRow>({ ...standing, parameters })
      const row = rows[0]
      return {
        host: row?.host ?? null,
        access: row?.access ?? 'invited',
        role: row?.role ?? null,
        banned: row?.ban != null,
      }
    },
    async visible(roomSids, identity) {
      if (roomSids.length === 0) return new Set()
      const [open, joined] = await Promise.all([
        database
          .selectFrom('rooms')
          .select('sid')
          .where('sid', 'in', roomSids)
          .where((eb) => eb.or([eb('host', '=', identity), eb('access', '=', 'signed-in')]))
          .execute(),
        database
          .selectFrom('members')
          .select('room_sid as sid')
          .where('room_sid', 'in', roomSids)
          .where('identity', '=', identity)
          .execute(),
      ])
      return new Set([...open, ...joined].map(({ sid }) => sid))
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
