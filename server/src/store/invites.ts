import type { Invite, RoomSid } from '@roomkey/shared'
import { sql, type Kysely } from 'kysely'
import type { InviteRow, Tables } from '../database/tables.ts'
import { readPage, type Page, type PageRequest } from './page-cursor.ts'

/** What an invitation says when it is made; it has not been used or revoked yet. */
export type NewInvite = Omit<Invite, 'uses' | 'revokedAt'> & { secretHash: string }

/** Invitations, known by the hash of their secret. */
export type Invites = {
  add(invite: NewInvite): Promise<Invite>
  findByHash(secretHash: string): Promise<Invite | undefined>
  find(id: string): Promise<Invite | undefined>
  /** Newest first. */
  list(roomSid: string, request: PageRequest): Promise<Page<Invite>>
  /** Sets the time of revocation unless it is set. */
  revoke(id: string, at: string): Promise<void>
  /** Takes one use, if the invitation still has one at that time: one statement, so that no two callers share a use. */
  takeUse(id: string, at: string): Promise<boolean>
  /** Remembers which invitation let a guest in. */
  recordGuest(roomSid: string, identity: string, inviteId: string): Promise<void>
  /** Revokes the invitation that let a guest in, if there was one. */
  revokeForGuest(roomSid: string, identity: string, at: string): Promise<void>
}

export function createInvites(database: Kysely<Tables>): Invites {
  return {
    async add({ secretHash, ...invite }) {
      const row: InviteRow = {
        id: invite.id,
        room_sid: invite.roomSid,
        role: invite.role,
        secret_hash: secretHash,
        created_at: invite.createdAt,
        expires_at: invite.expiresAt,
        max_uses: invite.maxUses,
        uses: 0,
        revoked_at: null,
      }
      await database.insertInto('invites').values(row).execute()
      return toInvite(row)
    },
    async findByHash(secretHash) {
      const row = await database
        .selectFrom('invites')
        .selectAll()
        .where('secret_hash', '=', secretHash)
        .executeTakeFirst()
      return row && toInvite(row)
    },
    async find(id) {
      const row = await database.selectFrom('invites').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toInvite(row)
    },
    async list(roomSid, request) {
      const query = database.selectFrom('invites').selectAll().where('room_sid', '=', roomSid)
      const { items, nextCursor } = await readPage(query, 'created_at', request)
      return { items: items.map(toInvite), nextCursor }
    },
    async revoke(id, at) {
      await database
        .updateTable('invites')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .execute()
    },
    async takeUse(id, at) {
      const taken = await database
        .updateTable('invites')
        .set({ uses: sql<number>`uses + 1` })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', at)
        .where((eb) => eb.or([eb('max_uses', 'is', null), eb('uses', '<', eb.ref('max_uses'))]))
        .returning('id')
        .executeTakeFirst()
      return taken !== undefined
    },
    async recordGuest(room_sid, identity, invite_id) {
      await database.insertInto('guests').values({ room_sid, identity, invite_id }).execute()
    },
    async revokeForGuest(roomSid, identity, at) {
      await database
        .updateTable('invites')
        .set({ revoked_at: at })
        .where('revoked_at', 'is', null)
        .where('id', 'in', (eb) =>
          eb.selectFrom('guests').select('invite_id').where('room_sid', '=', roomSid).where('identity', '=', identity),
        )
        .execute()
    },
  }
}

function toInvite(row: InviteRow): Invite {
  return {
    id: row.id,
    roomSid: row.room_sid as RoomSid,
    role: row.role,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    maxUses: row.max_uses,
    uses: row.uses,
    revokedAt: row.revoked_at,
  }
}
