import { randomUUID } from 'node:crypto'
import type { CreatedInvite, Identity, Invite, InviteRole, RoomSid } from '@roomkey/shared'
import { banned } from '../../access/refusals.ts'
import type { Caller } from '../../core/caller.ts'
import { VideoError } from '../../core/video-error.ts'
import {
  assertValid,
  createInviteSecret,
  findInvite,
  inviteNotFound,
  inviteRevoked,
} from '../../identity/invite-secret.ts'
import type { InviteMaker } from '../../store/invites.ts'
import type { Page, PageRequest } from '../../store/page-cursor.ts'
import type { Redemption, Redemptions } from '../../store/redemptions.ts'
import type { Store } from '../../store/store.ts'

/** Invitations: made, listed, revoked and redeemed. */
export type Invitations = {
  /** @throws VideoError `BANNED`, `INVITE_REVOKED` if the caller lost the right to invite a moment ago. */
  create(
    caller: Caller,
    terms: { roomSid: RoomSid; role: InviteRole; expiresInSeconds: number; maxUses?: number | undefined },
  ): Promise<CreatedInvite>
  list(roomSid: RoomSid, request: PageRequest): Promise<Page<Invite>>
  find(id: string): Promise<Invite | undefined>
  /** Revokes it and what was made with it, and returns it as it is then. */
  revoke(invite: Invite): Promise<Invite>
  /** The invitation behind a secret, good or not. @throws VideoError `INVITE_NOT_FOUND`. */
  findBySecret(secret: string): Promise<Invite>
  /** @throws VideoError `INVITE_REVOKED`, `INVITE_EXPIRED`. */
  assertValid(invite: Invite): void
  /**
   * Lets an identity in, as a member or as a guest, and takes one of its uses unless the person has come in by it before.
   * Of any number of callers at once, on any number of servers, `maxUses` succeed.
   * @throws VideoError `INVITE_USED_UP`, `BANNED`, or as `assertValid`.
   */
  redeem(invite: Invite, enter: keyof Redemptions, identity: Identity): Promise<void>
}

/** @param now milliseconds since 1970. */
export function createInvitations(store: Store, now: () => number = Date.now): Invitations {
  const formatNow = (): string => new Date(now()).toISOString()

  return {
    async create(caller, { roomSid, role, expiresInSeconds, maxUses = null }) {
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
        ...toMaker(caller),
      })
      if (invite === undefined) throw caller.kind === 'guest' ? inviteRevoked(roomSid) : banned(roomSid)
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
    async revoke(invite) {
      const { invites } = await store.open()
      await invites.revoke(invite, formatNow())
      return (await invites.find(invite.id)) ?? invite
    },
    findBySecret: (secret) => findInvite(store, secret),
    assertValid: (invite) => assertValid(invite, now),
    async redeem(shown, enter, identity) {
      const { id, roomSid } = shown
      const { invites, redemptions } = await store.open()
      const redemption: Redemption = await redemptions[enter](shown, identity, formatNow())
      if (redemption === 'entered') return
      if (redemption === 'banned') throw banned(roomSid)
      // Lost to another caller, or to time: say which.
      const invite = await invites.find(id)
      if (invite === undefined) throw inviteNotFound()
      assertValid(invite, now)
      const message = 'This invitation has been used as often as it may be; ask for a new one'
      throw new VideoError('INVITE_USED_UP', message, { subject: { room: roomSid } })
    },
  }
}

/** Who is asked for it when they are banned. Services and whoever calls an open server answer to nobody here. */
function toMaker(caller: Caller): InviteMaker {
  return {
    createdBy: caller.kind === 'user' ? caller.identity : null,
    parentId: caller.kind === 'guest' ? caller.inviteId : null,
  }
}
