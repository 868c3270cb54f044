import { hash } from 'node:crypto'
import type { VerifiedUser } from './user-token.ts'

/** Users whose tokens were found good, each until the token expires. */
export type VerifiedCallers = {
  get(token: string): VerifiedUser['caller'] | undefined
  set(token: string, user: VerifiedUser): void
}

/**
 * Remembers verified tokens by their SHA-256, so that neither a dump of the memory nor the time a look-up takes
 * gives one away. The one that was used longest ago makes room for a new one.
 */
export function createVerifiedCallers(maxEntries: number, now: () => number): VerifiedCallers {
  const users = new Map<string, VerifiedUser>()

  return {
    get(token) {
      const key = hashToken(token)
      const user = users.get(key)
      if (user === undefined) return undefined
      if (user.expiresAt <= now()) {
        users.delete(key)
        return undefined
      }
      // Who was here last matters only once somebody will have to go.
      if (users.size > maxEntries / 2) {
        users.delete(key)
        users.set(key, user)
      }
      return user.caller
    },
    set(token, user) {
      users.set(hashToken(token), user)
      if (users.size <= maxEntries) return
      const [oldest] = users.keys()
      if (oldest !== undefined) users.delete(oldest)
    },
  }
}

function hashToken(token: string): string {
  // A character a byte: read by nobody, and the shortest key.
  return hash('sha256', token, 'binary')
}
