import type { Bucket, Limits } from '../config/limits.ts'
import { LruMap } from '../core/lru-map.ts'
import { VideoError } from '../core/video-error.ts'
import type { Store } from '../store/store.ts'

/** Counts what callers do and refuses what is too much. */
export type RateLimiter = {
  /**
   * Counts one more of a caller.
   * @throws VideoError `RATE_LIMITED` with `retryAfterSeconds`.
   */
  take(bucket: Bucket, key: string): Promise<void>
  /** Refuses as `take` does, counting nothing. */
  check(bucket: Bucket, key: string): void
  /** What is left of the bucket to the caller, as far as this server has counted; `undefined` where there is no limit. */
  findQuota(bucket: Bucket, key: string): Quota | undefined
  /** Whether the bucket has a limit at all. */
  hasLimit(bucket: Bucket): boolean
}

/** A limit, what is left of it, and how soon it begins anew. */
export type Quota = {
  bucket: Bucket
  limit: number
  remaining: number
  windowSeconds: number
  resetSeconds: number
}

const WINDOW_MS = 60_000

/** Beyond so many callers in one minute the one seen longest ago is forgotten, so that memory stays bounded. */
const MAX_KEYS = 100_000

/** What is tight enough to be worth a round trip to the database. */
const SHARED: ReadonlySet<Bucket> = new Set(['tokens', 'invites'])

/**
 * Makes the rate limiter of a server: windows of a minute, kept in the process. With PostgreSQL, tokens and
 * invitations are counted there too, so that several servers do not multiply what a caller may do; calls are
 * not, because one write a call costs more than most calls do.
 */
export function createRateLimiter(limits: Limits, store: Store, now: () => number = Date.now): RateLimiter {
  let counters = new LruMap<number>(MAX_KEYS)
  let windowStart = 0

  function count(name: string, amount: number): number {
    const current = startOf(now())
    // Counters of a minute that is over are never read again.
    if (current !== windowStart) counters = new LruMap(MAX_KEYS)
    windowStart = current
    const counted = (counters.get(name) ?? 0) + amount
    if (amount > 0) counters.set(name, counted)
    return counted
  }

  /** What all servers have counted, so that what is only looked at here is refused as soon as it would be counted. */
  function learn(name: string, counted: number, start: number): void {
    if (start === windowStart && counted > (counters.get(name) ?? 0)) counters.set(name, counted)
  }

  const secondsLeft = (): number => Math.max(1, Math.ceil((startOf(now()) + WINDOW_MS - now()) / 1000))

  function refuse(bucket: Bucket, limit: number): never {
    const retryAfterSeconds = secondsLeft()
    const message = `Too many ${WORDS[bucket]}: at most ${limit} a minute. Try again in ${retryAfterSeconds} s`
    throw new VideoError('RATE_LIMITED', message, { retryAfterSeconds })
  }

  return {
    async take(bucket, key) {
      const limit = limits[bucket]
      if (limit === null) return
      const name = `${bucket} ${key}`
      if (count(name, 1) > limit) refuse(bucket, limit)
      if (store.location.kind !== 'postgres' || !SHARED.has(bucket)) return
      const { rateLimitCounters } = await store.open()
      const start = startOf(now())
      const shared = await rateLimitCounters.add(name, start, 1)
      learn(name, shared, start)
      if (shared > limit) refuse(bucket, limit)
    },
    check(bucket, key) {
      const limit = limits[bucket]
      if (limit !== null && count(`${bucket} ${key}`, 0) >= limit) refuse(bucket, limit)
    },
    findQuota(bucket, key) {
      const limit = limits[bucket]
      if (limit === null) return undefined
      const remaining = Math.max(0, limit - count(`${bucket} ${key}`, 0))
      return { bucket, limit, remaining, windowSeconds: WINDOW_MS / 1000, resetSeconds: secondsLeft() }
    },
    hasLimit: (bucket) => limits[bucket] !== null,
  }
}

const WORDS: Record<Bucket, string> = {
  calls: 'calls',
  tokens: 'access tokens',
  invites: 'attempts at invitations',
}

function startOf(instant: number): number {
  return instant - (instant % WINDOW_MS)
}
