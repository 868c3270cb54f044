import type { AccessToken } from '@roomkey/shared'
import type { Calls } from './calls.ts'
import { createSafeStorage, type TextStorage } from './safe-storage.ts'

type GetToken = Calls['auth']['getToken']
type GetTokenInput = Parameters<GetToken>[0]

/** Access tokens, of which those of guests are kept. */
export type GuestTokens = {
  /** As `auth.getToken`; a guest who was here before gets the same token until it is forgotten. */
  getToken: GetToken
  /** Whether `getToken` would return a token that was kept. */
  has(input: GetTokenInput): boolean
  /** Call it when a token turns out not to be good: the next one is asked for. */
  forget(input: GetTokenInput): void
}

/**
 * Keeps the access tokens that invitations were redeemed for: a guest who joins again, after a lost connection or a
 * reload of the page, must not use up the invitation a second time, and comes back as the same guest. Whom the server
 * knows otherwise spends nothing by coming again, and gets a new token each time.
 */
export function createGuestTokens(getToken: GetToken, guestStorage?: TextStorage): GuestTokens {
  const storage = createSafeStorage(() => guestStorage)
  return {
    async getToken(input, options) {
      if (input.invite === undefined) return getToken(input, options)
      // Whether it has expired is Twilio's to say: this machine's clock may be hours off.
      const kept = find(keyOf(input))
      if (kept !== undefined) return kept
      const token = await getToken(input, options)
      if (token.userId.startsWith(GUEST)) storage.setItem(keyOf(input), JSON.stringify(token))
      return token
    },
    has: (input) => input.invite !== undefined && find(keyOf(input)) !== undefined,
    forget: (input) => storage.removeItem(keyOf(input)),
  }

  function find(key: string): AccessToken | undefined {
    try {
      const token: unknown = JSON.parse(storage.getItem(key) ?? 'null')
      return isAccessToken(token) ? token : undefined
    } catch {
      // A text that somebody else put there.
      return undefined
    }
  }
}

/** How the server marks the identity of a guest. */
const GUEST = 'guest:'

function keyOf({ invite, roomSid, userId, ttlSeconds }: GetTokenInput): string {
  return `roomkey.guest ${JSON.stringify([invite, roomSid, userId, ttlSeconds])}`
}

function isAccessToken(value: unknown): value is AccessToken {
  if (typeof value !== 'object' || value === null) return false
  const { userId, token, expiresAt, connectOptions } = value as Record<keyof AccessToken, unknown>
  return (
    typeof userId === 'string' &&
    typeof token === 'string' &&
    typeof expiresAt === 'string' &&
    typeof connectOptions === 'object' &&
    connectOptions !== null
  )
}
