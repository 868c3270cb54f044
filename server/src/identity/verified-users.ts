import { LruMap } from '../core/lru-map.ts'
import type { VerifiedUser } from './user-token.ts'

/** Users whose tokens were found good, each until the token expires. */
export type VerifiedUsers = {
  get(token: string): VerifiedUser['caller'] | undefined
  set(token: string, user: VerifiedUser): void
}

/**
 * Keeps verified tokens; the one that was used longest ago makes room for a new one. How long a look-up takes tells
 * nothing about the tokens: a Map compares texts only where their seeded hashes are the same.
 */
export function createVerifiedUsers(maxEntries: number, now: () => number): VerifiedUsers {
  const users = new LruMap<VerifiedUser>(maxEntries)

  return {
    get(token) {
      const user = users.get(token)
      if (user === undefined) return undefined
      if (user.expiresAt <= now()) {
        users.delete(token)
        return undefined
      }
      users.set(token, user)
      return user.caller
    },
    set: (token, user) => users.set(token, user),
  }
}
