import type { AccessToken } from '@roomkey/shared'
import type { Calls } from './calls.ts'

type GetToken = Calls['auth']['getToken']
type GetTokenInput = Parameters<GetToken>[0]

/** `sessionStorage`, or anything that keeps texts as it does. */
export type TextStorage = {
  getItem(key: string): string | null
  setItem(key: string, text: string): void
  removeItem(key: string): void
}

/** Access tokens, of which those of guests are kept. */
export type GuestTokens = {
  /** As `auth.getToken`; a guest who was here before gets the same token while it is good. */
  getToken: GetToken
  /** To be told when a token turns out not to be good: the next one is asked for. */
  forget(input: GetTokenInput): void
}

/**
 * Keeps the access tokens that invitations were redeemed for: a guest who joins again, after a lost connection or a
 * reload of the page, must not use up the invitation a second time, and comes back as the same guest. Whom the server
 * knows otherwise spends nothing by coming again, and gets a new token each time.
 */
export function createGuestTokens(getToken: GetToken, storage: TextStorage = createMemory()): GuestTokens {
  return {
    async getToken(input, options) {
      if (input.invite === undefined) return getToken(input, options)
      const kept = find(keyOf(input))
      if (kept !== undefined && Date.parse(kept.expiresAt) - Date.now() > LEAST_TTL_MS) return kept
      const token = await getToken(input, options)
      if (token.userId.startsWith(GUEST)) keep(keyOf(input), token)
      return token
    },
    forget: (input) => attempt(() => storage.removeItem(keyOf(input))),
  }

  function find(key: string): AccessToken | undefined {
    const token: unknown = attempt(() => JSON.parse(storage.getItem(key) ?? 'null'))
    return isAccessToken(token) ? token : undefined
  }

  function keep(key: string, token: AccessToken): void {
    attempt(() => storage.setItem(key, JSON.stringify(token)))
  }
}

/** How the server marks the identity of a guest. */
const GUEST = 'guest:'

/** Long enough to connect. */
const LEAST_TTL_MS = 60_000

function keyOf({ invite, roomSid, userId, ttlSeconds }: GetTokenInput): string {
  return `roomkey.guest ${JSON.stringify([invite, roomSid, userId, ttlSeconds])}`
}

/** A storage that is full or forbidden keeps nothing, and that is all; so does a text that somebody else put there. */
function attempt<T>(access: () => T): T | undefined {
  try {
    return access()
  } catch {
    return undefined
  }
}

function isAccessToken(value: unknown): value is AccessToken {
  if (typeof value !== 'object' || value === null) return false
  const { token, expiresAt, connectOptions } = value as Record<keyof AccessToken, unknown>
  return (
    typeof token === 'string' &&
    typeof expiresAt === 'string' &&
    typeof connectOptions === 'object' &&
    connectOptions !== null
  )
}

function createMemory(): TextStorage {
  const texts = new Map<string, string>()
  return {
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    removeItem: (key) => void texts.delete(key),
  }
}
