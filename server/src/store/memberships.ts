import type { Kysely } from 'kysely'
import type { InviteRole } from '@roomkey/shared'
import { UNOWNED, type Ownership } from './ownership.ts'
import type { Standing, Standings } from './standings.ts'
import type { Tables } from './tables.ts'

/** Whose rooms are whose. */
export type Memberships = {
  recordRoom(roomSid: string, ownership: Ownership): Promise<void>
  /** The ownership of each room that has a record. */
  ownerships(roomSids: string[]): Promise<Map<string, Ownership>>
  standing(roomSid: string, identity: string): Standing | Promise<Standing>
  /** As `standing`, bans aside, for each of the rooms that has a record or where the identity belongs. */
  standings(roomSids: string[], identity: string): Promise<Map<string, Omit<Standing, 'banned'>>>
  /** Makes the identity a member; a host stays a host when a guest's invitation is redeemed later. */
  addMember(roomSid: string, identity: string, role: InviteRole): Promise<void>
}

/** PostgreSQL takes at most 65,535 parameters in a statement and SQLite 32,766; a page of rooms stays far below. */
export function createMemberships(database: Kysely<Tables>, standings: Standings): Memberships {
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
      standings.forget()
    },
    ownerships,
    standing: (roomSid, identity) => standings.of(roomSid, identity),
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
      standings.forget()
    },
  }
}
