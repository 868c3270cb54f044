import type { Invite, RoomSid } from '@roomkey/shared'
import { sql, type Expression, type Kysely } from 'kysely'
import type { InviteRow, Tables } from '../database/tables.ts'
import type { Changes } from './changes.ts'
import { newestFirst, readPage, type Page, type PageRequest } from './page-cursor.ts'
import type { RoomTransaction } from './room-transaction.ts'

/** Who makes an invitation: a user, whoever shows another invitation, or somebody who answers to nobody here. */
export type InviteMaker = { createdBy: string | null; parentId: string | null }

/** What an invitation says when it is made; it has not been used or revoked yet. */
export type NewInvite = Omit<Invite, 'uses' | 'revokedAt'> & InviteMaker & { secretHash: string }

/** Invitations, known by the hash of their secret. */
export type Invites = {
  /** `undefined` if whoever makes it was banned a moment ago, or the invitation they make it with was revoked. */
  add(invite: NewInvite): Promise<Invite | undefined>
  findByHash(secretHash: string): Promise<Invite | undefined>
  find(id: string): Promise<Invite | undefined>
  /** Newest first. */
  list(roomSid: string, request: PageRequest): Promise<Page<Invite>>
  /** Revokes it, and what was made with it. */
  revoke(invite: Pick<Invite, 'id' | 'roomSid'>, at: string): Promise<void>
}

export function createInvites(database: Kysely<Tables>, inRoom: RoomTransaction, changes: Changes): Invites {
  return {
    add: ({ secretHash, createdBy, parentId, ...invite }) =>
      inRoom(invite.roomSid, async (transaction) => {
        const { stops } = await transaction
          .selectNoFrom((eb) =>
            eb
              .or([
                eb.exists(
                  eb
                    .selectFrom('bans')
                    .where('room_sid', '=', invite.roomSid)
                    .where('identity', '=', createdBy)
                    .select('identity'),
                ),
                eb.exists(
                  eb.selectFrom('invites').where('id', '=', parentId).where('revoked_at', 'is not', null).select('id'),
                ),
              ])
              .as('stops'),
          )
          .executeTakeFirstOrThrow()
        if (stops) return undefined
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
          created_by: createdBy,
          parent_id: parentId,
        }
        await transaction.insertInto('invites').values(row).execute()
        return toInvite(row)
      }),
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
      const { items, nextCursor } = await readPage(query, newestFirst('created_at', 'id'), request)
      return { items: items.map(toInvite), nextCursor }
    },
    async revoke({ id, roomSid }, at) {
      await inRoom(roomSid, (transaction) =>
        revokeWithDescendants(transaction, transaction.selectFrom('invites').select('id').where('id', '=', id), at),
      )
      await changes.announceAccess(roomSid)
    },
  }
}

/**
 * Sets the time of revocation, unless it is set, of invitations and of all that were made with them, and with those.
 * @returns how many were good until then.
 */
export async function revokeWithDescendants(
  transaction: Kysely<Tables>,
  roots: Expression<{ id: string }>,
  at: string,
): Promise<number> {
  const { rows } = await sql`
    with recursive doomed(id) as (
      select id from ${roots} as roots
      union
      select invites.id from invites join doomed on invites.parent_id = doomed.id
    )
    update invites set revoked_at = ${at} where revoked_at is null and id in (select id from doomed)
    returning id`.execute(transaction)
  return rows.length
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
