import type { Store } from '../store/store.ts'

/** Whether an identity is banned from a room, as the database says now. */
export type BanLookup = (roomSid: string, identity: string) => Promise<boolean>

/**
 * Looks up all who came in together at once: a query for each would cost the database more than storing that they came.
 */
export function createBanLookup(store: Store): BanLookup {
  let next: { pairs: { roomSid: string; identity: string }[]; banned: Promise<Set<string>> } | undefined

  async function find(pairs: readonly { roomSid: string; identity: string }[]): Promise<Set<string>> {
    await new Promise(setImmediate)
    next = undefined
    const { bans } = await store.open()
    const roomSids = new Set(pairs.map(({ roomSid }) => roomSid))
    const identities = new Set(pairs.map(({ identity }) => identity))
    const found = await bans.findMany([...roomSids], [...identities])
    return new Set(found.map(({ roomSid, identity }) => toKey(roomSid, identity)))
  }

  return async (roomSid, identity) => {
    if (next === undefined) {
      const pairs: { roomSid: string; identity: string }[] = []
      next = { pairs, banned: find(pairs) }
    }
    next.pairs.push({ roomSid, identity })
    return (await next.banned).has(toKey(roomSid, identity))
  }
}

function toKey(roomSid: string, identity: string): string {
  return `${roomSid} ${identity}`
}
