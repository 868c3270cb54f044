import { hash, randomBytes } from 'node:crypto'
import type { Invite } from '@roomkey/shared'
import type { Caller } from '../core/caller.ts'
import { VideoError } from '../core/video-error.ts'
import type { Store } from '../store/store.ts'

const PREFIX = 'inv_'

/** A new secret and what is stored of it. */
export function createInviteSecret(): { secret: string; secretHash: string } {
  const secret = PREFIX + randomBytes(32).toString('base64url')
  return { secret, secretHash: hashSecret(secret) }
}

/** Whether a bearer token is meant as an invitation. */
export function isInviteSecret(token: string): boolean {
  return token.startsWith(PREFIX)
}

/**
 * The invitation behind a secret, good or not. Secrets hold 256 random bits and are looked up by their SHA-256, so
 * how long a look-up takes tells nothing about any secret.
 * @throws VideoError `INVITE_NOT_FOUND`.
 */
export async function findInvite(store: Store, secret: string): Promise<Invite> {
  const { invites } = await store.open()
  const invite = await invites.findByHash(hashSecret(secret))
  if (invite === undefined) throw inviteNotFound()
  return invite
}

/**
 * The guest who shows an invitation as a credential. It may be used up: that bounds entries, not looking.
 * @param now milliseconds since 1970.
 * @throws VideoError `INVITE_REVOKED`, `INVITE_EXPIRED`.
 */
export function identifyGuest(invite: Invite, now: () => number): Caller & { kind: 'guest' } {
  assertValid(invite, now)
  return { kind: 'guest', inviteId: invite.id, roomSid: invite.roomSid, role: invite.role }
}

/** @throws VideoError `INVITE_REVOKED`, `INVITE_EXPIRED`. */
export function assertValid({ roomSid, revokedAt, expiresAt }: Invite, now: () => number): void {
  if (revokedAt !== null) throw inviteRevoked(roomSid)
  if (expiresAt > new Date(now()).toISOString()) return
  throw new VideoError('INVITE_EXPIRED', 'This invitation has expired; ask for a new one', {
    subject: { room: roomSid },
  })
}

export function inviteRevoked(roomSid: string): VideoError {
  return new VideoError('INVITE_REVOKED', 'This invitation was taken back', { subject: { room: roomSid } })
}

/** The error for an invitation that does not exist, by its secret or its id. */
export function inviteNotFound(): VideoError {
  return new VideoError('INVITE_NOT_FOUND', 'There is no such invitation; check that the link is complete')
}

function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}
