import { randomBytes } from 'node:crypto'
import type { Store } from '../store/store.ts'

/** The right to do what only one of several servers on one database is to do. */
export type Lease = {
  /**
   * Takes it, or renews it once a third of its time is over. `taken`: this server did not hold it before, so another
   * may have worked meanwhile.
   */
  hold(): Promise<'taken' | 'held' | 'denied'>
  /** Immediate: whether no other server can have it. */
  isHeld(): boolean
  /** Gives it back. Never fails: where the database cannot be reached, the lease expires. */
  release(): Promise<void>
}

/** A lease that passes to another server when it has not been renewed for `ms`. */
export function createLease(store: Store, name: string, ms: number): Lease {
  const holder = randomBytes(9).toString('base64url')
  let heldUntil = Number.NEGATIVE_INFINITY
  let renewAt = heldUntil

  const isHeld = () => performance.now() < heldUntil

  return {
    isHeld,
    async hold() {
      const now = performance.now()
      const wasHeld = isHeld()
      if (wasHeld && now < renewAt) return 'held'
      renewAt = now + ms / 3
      const { leases } = await store.open()
      const isMine = await leases.take(name, holder, ms)
      heldUntil = isMine ? now + ms : Number.NEGATIVE_INFINITY
      if (!isMine) return 'denied'
      return wasHeld ? 'held' : 'taken'
    },
    async release() {
      if (!isHeld()) return
      heldUntil = Number.NEGATIVE_INFINITY
      await store
        .open()
        .then(({ leases }) => leases.release(name, holder))
        .catch(() => undefined)
    },
  }
}
