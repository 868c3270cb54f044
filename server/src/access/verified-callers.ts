import { Recent } from './recent.ts'
import type { VerifiedUser } from './user-token.ts'

/** Users whose tokens were found good, each until the token expires. */
export type VerifiedCallers = {
  get(token: string): VerifiedUser['caller'] | undefined
  set(token: string, user: VerifiedUser): void
}

/**
 * Remembers verified tokens. The one that was used longest ago makes room for a new one. Looking one up tells nothing
 * about those it is not: a Map compares texts only where their seeded hashes are the same. (Keeping SHA-256 sums in
 * place of the tokens took as long as all else about a known caller.)
 */
export function createVerifiedCallers(maxEntries: number, now: () => number): VerifiedCallers {
  const users = new Recent<VerifiedUser>(maxEntries)

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
