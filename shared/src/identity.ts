import type { z } from 'zod'
import { nameSchema } from './name.ts'

/**
 * Who a participant is: the app's own user name, 1–128 characters of any valid UTF-8 ("Beyoncé", emoji).
 * Characters outside ASCII count as two.
 * Source: Twilio errors 53200–53202.
 */
export const IdentitySchema = nameSchema('an identity').brand<'Identity'>()

/** Who a participant is, checked: 1–128 characters. */
export type Identity = z.infer<typeof IdentitySchema>

const GUEST_PREFIX = 'guest:'

/**
 * The identity of an invited guest: `guest:<name>:<suffix>`. The prefix keeps it from being taken for a
 * user's identity (no user may have an identity that starts so), the suffix keeps two guests of one name
 * from pushing each other out of a room.
 */
export function formatGuestIdentity(name: string, suffix: string): Identity {
  return IdentitySchema.parse(`${GUEST_PREFIX}${name}:${suffix}`)
}

/** The name a guest chose, or `null` when the identity is not a guest's. */
export function parseGuestName(identity: string): string | null {
  if (!identity.startsWith(GUEST_PREFIX)) return null
  const end = identity.lastIndexOf(':')
  return end < GUEST_PREFIX.length ? null : identity.slice(GUEST_PREFIX.length, end)
}

/** Whether an identity is in the part of the name space that is kept for guests. */
export function isGuestIdentity(identity: string): boolean {
  return identity.startsWith(GUEST_PREFIX)
}
