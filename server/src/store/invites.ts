import { sql, type Kysely } from 'kysely'
import type { InviteRow, Tables } from './tables.ts'

/** A place in a list of invitations, newest first. */
export type InvitePlace = { at: string; id: string }

/** Invitations, known by the hash of their secret. */
export type Invites = {
  insert(row: InviteRow): Promise<void>
  findByHash(secretHash: string): Promise<InviteRow | undefined>
  findById(id: string): Promise<InviteRow | undefined>
  /** Newest first, from after a place. */
  list(roomSid: string, options: { limit: number; after: InvitePlace | undefined }): Promise<InviteRow[]>
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
    async insert(row) {
      await database.insertInto('invites').values(row).execute()
    },
    findByHash: (secretHash) =>
      database.selectFrom('invites').selectAll().where('secret_hash', '=', secretHash).executeTakeFirst(),
    findById: (id) => database.selectFrom('invites').selectAll().where('id', '=', id).executeTakeFirst(),
    list(roomSid, { limit, after }) {
      let query = database.selectFrom('invites').selectAll().where('room_sid', '=', roomSid)
      if (after !== undefined) {
        query = query.where((eb) =>
          eb.or([eb('created_at', '<', after.at), eb.and([eb('created_at', '=', after.at), eb('id', '<', after.id)])]),
        )
      }
      return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
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
