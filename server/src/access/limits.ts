import { normalizeIP } from '@fastify/rate-limit'
import { VideoError } from '../errors/video-error.ts'
import type { Store } from '../store/store.ts'
import type { Caller } from './caller.ts'
import { Recent } from './recent.ts'

/** What is counted apart: all calls, access tokens signed, invitations tried. */
export type Bucket = 'calls' | 'tokens' | 'invites'

/** How many of each a caller may make in a minute; `null`: as many as they like. */
export type Limits = Readonly<Record<Bucket, number | null>>

/** Counts what callers do and refuses what is too much. */
export type Limiter = {
  /**
   * Counts one more of a caller.
   * @throws VideoError `RATE_LIMITED` with `retryAfterSeconds`.
   */
  take(bucket: Bucket, key: string): void | Promise<void>
  /** Refuses as `take` does, counting nothing. */
  check(bucket: Bucket, key: string): void
  /** Whether the bucket has a limit at all; where it has none, nobody need be told apart. */
  limits(bucket: Bucket): boolean
}

const WINDOW_MS = 60_000

/** Beyond so many callers in one minute the one seen longest ago is forgotten: memory is bounded whoever calls. */
const MAX_KEYS = 100_000

/** What is tight enough to be worth a round trip to the database. */
const SHARED: ReadonlySet<Bucket> = new Set(['tokens', 'invites'])

/**
 * Makes the limiter of a server: windows of a minute, kept in the process. With PostgreSQL, tokens and
 * invitations are counted there too, so that several servers do not multiply what a caller may do; calls are
 * not, because one write a call costs more than most calls do.
 */
export function createLimiter(limits: Limits, store: Store, now: () => number = Date.now): Limiter {
  const counters = new Recent<{ windowStart: number; count: number }>(MAX_KEYS)

  function count(name: string, amount: number): number {
    const windowStart = startOf(now())
    let counter = counters.get(name)
    if (counter?.windowStart !== windowStart) counter = { windowStart, count: 0 }
    counter.count += amount
    if (amount > 0) counters.set(name, counter)
    return counter.count
  }

  function refuse(bucket: Bucket, limit: number): never {
    const retryAfterSeconds = Math.max(1, Math.ceil((startOf(now()) + WINDOW_MS - now()) / 1000))
    const message = `Too many ${WORDS[bucket]}: at most ${limit} a minute. Try again in ${retryAfterSeconds} s`
    throw new VideoError('RATE_LIMITED', message, { retryAfterSeconds })
  }

  async function takeShared(bucket: Bucket, name: string, limit: number): Promise<void> {
    const { attempts } = await store.open()
    if ((await attempts.add(name, startOf(now()), 1)) > limit) refuse(bucket, limit)
  }

  return {
    take(bucket, key) {
      const limit = limits[bucket]
      if (limit === null) return undefined
      const name = `${bucket} ${key}`
      if (count(name, 1) > limit) refuse(bucket, limit)
      return store.location.kind === 'postgres' && SHARED.has(bucket) ? takeShared(bucket, name, limit) : undefined
    },
    check(bucket, key) {
      const limit = limits[bucket]
      if (limit !== null && count(`${bucket} ${key}`, 0) >= limit) refuse(bucket, limit)
    },
    limits: (bucket) => limits[bucket] !== null,
  }
}

/**
 * By what a caller is counted: who they are, or else the address they call from (an IPv6 caller owns a whole
 * /64). A guest counts by both, since an invitation may be in many hands.
 */
export function toLimitKey(caller: Caller, ip: string): string {
  if (caller.kind === 'user') return `user ${caller.identity}`
  if (caller.kind === 'service') return `service ${caller.name}`
  if (caller.kind === 'guest') return `guest ${caller.inviteId} ${normalizeIP(ip)}`
  return toAddressKey(ip)
}

/** An address as a key, for callers who are not known (yet). */
export function toAddressKey(ip: string): string {
  return `ip ${normalizeIP(ip)}`
}

const WORDS: Record<Bucket, string> = {
  calls: 'calls',
  tokens: 'access tokens',
  invites: 'attempts at invitations',
}

function startOf(instant: number): number {
  return instant - (instant % WINDOW_MS)
}
