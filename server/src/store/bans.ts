import type { Ban, Identity, InviteRole, RoomSid } from '@roomkey/shared'
import type { Kysely } from 'kysely'
import type { BanRow, Tables } from '../database/tables.ts'
import type { Changes } from './changes.ts'
import { revokeWithDescendants } from './invites.ts'
import type { MembershipCache } from './membership-cache.ts'
import { newestFirst, readPage, type Page, type PageRequest } from './page-cursor.ts'
import type { RoomTransaction } from './room-transaction.ts'

/** A ban, and what of the room's records it ended. */
export type AddedBan = { ban: Ban; membership: InviteRole | null; invites: number }

/** Who is kept out of which room. */
export type Bans = {
  /**
   * Keeps the identity out, and ends all it holds or made there: its membership, invitations it came in by or made,
   * and those made with them. A second time it ends what there is by then.
   */
  add(room: { sid: string; name: string }, identity: string): Promise<AddedBan>
  /** Newest first. */
  list(roomSid: string, request: PageRequest): Promise<Page<Ban>>
  /** The ban that was lifted; `undefined`: there was none. */
  lift(roomSid: string, identity: string): Promise<Ban | undefined>
  /** The SIDs of rooms that go, or went, by this SID or name and keep the identity out. */
  findRooms(roomRef: string, identity: string): Promise<string[]>
  /** Whether any room keeps the identity out. */
  hasAny(identity: string): Promise<boolean>
  /** Those of the rooms' bans that are of one of the identities. */
  findMany(roomSids: readonly string[], identities: readonly string[]): Promise<Ban[]>
  /** Whether this process has banned anybody; says nothing about others on the same database. */
  wereAdded(): boolean
}

export function createBans(
  database: Kysely<Tables>,
  inRoom: RoomTransaction,
  { cache, changes, now }: { cache: MembershipCache; changes: Changes; now: () => number },
): Bans {
  let wereAdded = false

  return {
    async add(room, identity) {
      const at = new Date(now()).toISOString()
      const added = await inRoom(room.sid, async (transaction) => {
        await transaction
          .insertInto('bans')
          .values({ room_sid: room.sid, room_name: room.name, identity, created_at: at })
          .onConflict((conflict) => conflict.columns(['room_sid', 'identity']).doNothing())
          .execute()
        const row = await find(transaction, room.sid, identity).executeTakeFirstOrThrow()
        const member = await transaction
          .deleteFrom('members')
          .where('room_sid', '=', room.sid)
          .where('identity', '=', identity)
          .returning('role')
          .executeTakeFirst()
        const invites = await revokeWithDescendants(transaction, findInvitesOf(transaction, room.sid, identity), at)
        return { ban: toBan(row), membership: member?.role ?? null, invites }
      })
      cache.clear()
      wereAdded = true
      await changes.announceAccess(room.sid)
      return added
    },
    async list(roomSid, request) {
      const query = database.selectFrom('bans').selectAll().where('room_sid', '=', roomSid)
      const { items, nextCursor } = await readPage(query, newestFirst('created_at', 'identity'), request)
      return { items: items.map(toBan), nextCursor }
    },
    async lift(roomSid, identity) {
      const row = await database
        .deleteFrom('bans')
        .where('room_sid', '=', roomSid)
        .where('identity', '=', identity)
        .returningAll()
        .executeTakeFirst()
      cache.clear()
      return row && toBan(row)
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
    async hasAny(identity) {
      const row = await database
        .selectFrom('bans')
        .select('room_sid')
        .where('identity', '=', identity)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    async findMany(roomSids, identities) {
      const rows = await database
        .selectFrom('bans')
        .selectAll()
        .where('room_sid', 'in', roomSids)
        .where('identity', 'in', identities)
        .execute()
      return rows.map(toBan)
    },
    wereAdded: () => wereAdded,
  }
}

function find(database: Kysely<Tables>, roomSid: string, identity: string) {
  return database.selectFrom('bans').selectAll().where('room_sid', '=', roomSid).where('identity', '=', identity)
}

/** The invitations that an identity came in by, and those it made. */
function findInvitesOf(database: Kysely<Tables>, roomSid: string, identity: string) {
  return database
    .selectFrom('invites')
    .select('id')
    .where('room_sid', '=', roomSid)
    .where((eb) =>
      eb.or([
        eb('created_by', '=', identity),
        eb(
          'id',
          'in',
          eb
            .selectFrom('redemptions')
            .select('invite_id')
            .where('room_sid', '=', roomSid)
            .where('identity', '=', identity),
        ),
      ]),
    )
}

function toBan({ room_sid, identity, created_at }: BanRow): Ban {
  return { roomSid: room_sid as RoomSid, identity: identity as Identity, createdAt: created_at }
}
