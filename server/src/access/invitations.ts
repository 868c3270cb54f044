import { hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Invite, InviteRole, RoomSid } from '@roomkey/shared'
import { VideoError } from '../errors/video-error.ts'
import type { Store } from '../store/store.ts'
import type { InviteRow } from '../store/tables.ts'
import type { Caller } from './caller.ts'
import { formatPlace, parsePlace } from './list-cursor.ts'

/** Invitations: made, shown, taken back, and turned into entry. */
export type Invitations = {
  create(options: {
    roomSid: RoomSid
    role: InviteRole
    expiresInSeconds: number
    maxUses?: number | undefined
  }): Promise<Invite & { invite: string }>
  list(roomSid: RoomSid, options: { limit: number; cursor: string | undefined }): Promise<InvitePage>
  find(id: string): Promise<Invite | undefined>
  revoke(id: string): Promise<void>
  /** The guest who shows an invitation as a credential. It may be used up: that bounds entries, not looking. */
  identify(secret: string): Promise<Caller & { kind: 'guest' }>
  /** The invitation behind a secret, good or not. @throws VideoError `INVITE_NOT_FOUND`. */
  findBySecret(secret: string): Promise<Invite>
  /** @throws VideoError `INVITE_REVOKED`, `INVITE_EXPIRED`. */
  assertValid(invite: Invite): void
  /**
   * Takes one of its uses. Of any number of callers at once, on any number of servers, `maxUses` succeed.
   * @throws VideoError `INVITE_USED_UP`, or as `assertValid`.
   */
  redeem(invite: Invite): Promise<void>
}

export type InvitePage = { invites: Invite[]; nextCursor: string | null }

/** Whether a bearer token is meant as an invitation. */
export function isInviteSecret(token: string): boolean {
  return token.startsWith(PREFIX)
}

const PREFIX = 'inv_'

/** @param now milliseconds since 1970. */
export function createInvitations(store: Store, now: () => number = Date.now): Invitations {
  const instant = () => new Date(now()).toISOString()

  async function findBySecret(secret: string): Promise<Invite> {
    const secretHash = hash('sha256', secret, 'hex')
    const { invites } = await store.open()
    const row = await invites.findByHash(secretHash)
    // The index finds a hash in a time that depends on stored hashes, which a caller cannot steer without
    // inverting SHA-256; the comparison that decides takes the same time for every answer.
    const isMatch = timingSafeEqual(Buffer.from(row?.secret_hash ?? '0'.repeat(64)), Buffer.from(secretHash))
    if (row === undefined || !isMatch) throw inviteNotFound()
    return toInvite(row)
  }

  function assertValid({ revokedAt, expiresAt }: Invite): void {
    if (revokedAt !== null) throw new VideoError('INVITE_REVOKED', 'This invitation was taken back')
    if (expiresAt > instant()) return
    throw new VideoError('INVITE_EXPIRED', 'This invitation has expired; ask for a new one')
  }

  return {
    async create({ roomSid, role, expiresInSeconds, maxUses }) {
      const secret = PREFIX + randomBytes(32).toString('base64url')
      const row: InviteRow = {
        id: randomUUID(),
        room_sid: roomSid,
        role,
        secret_hash: hash('sha256', secret, 'hex'),
        created_at: instant(),
        expires_at: new Date(now() + expiresInSeconds * 1000).toISOString(),
        max_uses: maxUses ?? null,
        uses: 0,
        revoked_at: null,
      }
      const { invites } = await store.open()
      await invites.insert(row)
      return { ...toInvite(row), invite: secret }
    },
    async list(roomSid, { limit, cursor }) {
      const { invites } = await store.open()
      const after = cursor === undefined ? undefined : parsePlace(cursor)
      const rows = await invites.list(roomSid, { limit: limit + 1, after })
      const last = rows.length > limit ? rows[limit - 1] : undefined
      const nextCursor = last === undefined ? null : formatPlace({ at: last.created_at, id: last.id })
      return { invites: rows.slice(0, limit).map(toInvite), nextCursor }
    },
    async find(id) {
      const { invites } = await store.open()
      const row = await invites.findById(id)
      return row === undefined ? undefined : toInvite(row)
    },
    async revoke(id) {
      const { invites } = await store.open()
      await invites.revoke(id, instant())
    },
    async identify(secret) {
      const invite = await findBySecret(secret)
      assertValid(invite)
      return { kind: 'guest', inviteId: invite.id, roomSid: invite.roomSid, role: invite.role }
    },
    findBySecret,
    assertValid,
    async redeem({ id }) {
      const { invites } = await store.open()
      if (await invites.takeUse(id, instant())) return
      // Lost to another caller, or to time: say which.
      const row = await invites.findById(id)
      if (row === undefined) throw inviteNotFound()
      assertValid(toInvite(row))
      throw usedUp()
    },
  }
}

/** What a caller hears who shows, or names, an invitation that is not there. */
export function inviteNotFound(): VideoError {
  return new VideoError('INVITE_NOT_FOUND', 'There is no such invitation; check that the link is complete')
}

function usedUp(): VideoError {
  return new VideoError('INVITE_USED_UP', 'This invitation has been used as often as it may be; ask for a new one')
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
