import { hash } from 'node:crypto'
import type { Invite } from '@roomkey/shared'
import { hasCode } from '../core/video-error.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { Store } from '../store/store.ts'
import { findInvite } from './invite-secret.ts'

/** How much of a secret is counted together: its kind and eight characters, of which no two invitations have the same. */
const PREFIX_LENGTH = 12

/**
 * The invitation behind a secret, good or not, for somebody who may be guessing. Only wrong guesses count, so that
 * nobody who holds an invitation is locked out by others who guess from the same address: the guesser is told to stop,
 * and is not even looked up where they guess around one invitation.
 * @param key by what the caller is counted.
 * @throws VideoError `INVITE_NOT_FOUND`, `RATE_LIMITED`.
 */
export async function findGuessedInvite(
  { store, rateLimiter }: { store: Store; rateLimiter: RateLimiter },
  secret: string,
  key: string,
): Promise<Invite> {
  // Hashed: these keys are stored, and secrets are not.
  const prefixKey = `${key} ${hash('sha256', secret.slice(0, PREFIX_LENGTH))}`
  rateLimiter.check('invites', prefixKey)
  try {
    return await findInvite(store, secret)
  } catch (error) {
    if (hasCode(error, 'INVITE_NOT_FOUND')) {
      await rateLimiter.take('invites', key)
      await rateLimiter.take('invites', prefixKey)
    }
    throw error
  }
}
