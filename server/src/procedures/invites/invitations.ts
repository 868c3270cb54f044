import { randomUUID } from 'node:crypto'
import type { CreatedInvite, Invite, InviteRole, RoomSid } from '@roomkey/shared'
import { VideoError } from '../../core/video-error.ts'
import { assertValid, createInviteSecret, findInvite, inviteNotFound } from '../../identity/invite-secret.ts'
import type { Page, PageRequest } from '../../store/page-cursor.ts'
import type { Store } from '../../store/store.ts'

/** Invitations: made, listed, revoked and redeemed. */
export type Invitations = {
  create(terms: {
    roomSid: RoomSid
    role: InviteRole
    expiresInSeconds: number
    maxUses?: number | undefined
  }): Promise<CreatedInvite>
  list(roomSid: RoomSid, request: PageRequest): Promise<Page<Invite>>
  find(id: string): Promise<Invite | undefined>
  revoke(id: string): Promise<void>
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

/** @param now milliseconds since 1970. */
export function createInvitations(store: Store, now: () => number = Date.now): Invitations {
  const formatNow = (): string => new Date(now()).toISOString()

  return {
    async create({ roomSid, role, expiresInSeconds, maxUses = null }) {
      const { secret, secretHash } = createInviteSecret()
      const { invites } = await store.open()
      const invite = await invites.add({
        id: randomUUID(),
        roomSid,
        role,
        createdAt: formatNow(),
        expiresAt: new Date(now() + expiresInSeconds * 1000).toISOString(),
        maxUses,
        secretHash,
      })
      return { ...invite, invite: secret }
    },
    async list(roomSid, request) {
      const { invites } = await store.open()
      return invites.list(roomSid, request)
    },
    async find(id) {
      const { invites } = await store.open()
      return invites.find(id)
    },
    async revoke(id) {
      const { invites } = await store.open()
      await invites.revoke(id, formatNow())
    },
    findBySecret: (secret) => findInvite(store, secret),
    assertValid: (invite) => assertValid(invite, now),
    async redeem({ id, roomSid }) {
      const { invites } = await store.open()
      if (await invites.takeUse(id, formatNow())) return
      // Lost to another caller, or to time: say which.
      const invite = await invites.find(id)
      if (invite === undefined) throw inviteNotFound()
      assertValid(invite, now)
      const message = 'This invitation has been used as often as it may be; ask for a new one'
      throw new VideoError('INVITE_USED_UP', message, { subject: { room: roomSid } })
    },
  }
}
