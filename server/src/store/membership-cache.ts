import type { Membership } from './membership.ts'

/** Memberships that were read, kept for as long as nothing has changed. */
export type MembershipCache = {
  /** The membership kept here, or else what `read` says. */
  get(roomSid: string, identity: string, read: () => Promise<Membership>): Promise<Membership>
  /** To be called after whatever changes a membership has been written. */
  clear(): void
}

/** Beyond so many, all are dropped and read anew: memory is bounded whoever calls. */
const MAX_ENTRIES = 10_000

/**
 * Every token of a signed-in user asks for a membership, and reading it costs as much as all else about the token.
 * @param version changes with whatever other processes write to the database; `undefined`, or a function that says so,
 * where that cannot be told in time, and nothing is kept.
 */
export function createMembershipCache(version: (() => number | undefined) | undefined): MembershipCache {
  let entries = new Map<string, Membership>()
  let knownVersion: number | undefined

  function clear(): void {
    entries = new Map()
  }

  function clearIfChanged(current: number): void {
    if (current !== knownVersion) clear()
    knownVersion = current
  }

  return {
    async get(roomSid, identity, read) {
      const current = version?.()
      if (current === undefined) return read()
      clearIfChanged(current)
      // With the length, names that run together make different keys.
      const key = `${roomSid.length} ${roomSid} ${identity}`
      const known = entries.get(key)
      if (known !== undefined) return known
      const before = entries
      const membership = await read()
      // If it was cleared meanwhile, this may be what was there before.
      if (before === entries) {
        if (entries.size >= MAX_ENTRIES) clear()
        entries.set(key, membership)
      }
      return membership
    },
    clear,
  }
}
