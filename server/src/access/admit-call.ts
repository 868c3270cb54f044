import type { Caller } from '../core/caller.ts'
import type { CallSource } from '../core/call-source.ts'
import { VideoError } from '../core/video-error.ts'
import { toLimitKey } from '../limits/limit-key.ts'
import type { OpenStreams } from '../limits/open-streams.ts'
import type { Quota, RateLimiter } from '../limits/rate-limiter.ts'
import type { Authorizer } from './authorizer.ts'
import { POLICY, type Action } from './policy.ts'
import { unauthenticated } from './refusals.ts'

type Bucket = Quota['bucket']
type Admission = { caller: Caller; source: CallSource; authorizer: Authorizer; rateLimiter: RateLimiter }

/**
 * Lets a call begin: counts it, and refuses what the caller could do to no room at all.
 * @throws VideoError `RATE_LIMITED`, `UNAUTHENTICATED`, `FORBIDDEN`.
 */
export async function admitCall(admission: Admission, action: Action): Promise<void> {
  const buckets = findBuckets(admission, action)
  if (buckets.length > 0) await countCall(admission, buckets)
  await requireAnyRelation(admission, action)
}

async function countCall(admission: Admission, buckets: readonly Bucket[]): Promise<void> {
  const key = toLimitKey(admission.caller, admission.source.ip)
  for (const bucket of buckets) await admission.rateLimiter.take(bucket, key)
}

/**
 * Counts what a call asks for besides, as if each were a call of its own.
 * @throws VideoError `RATE_LIMITED`.
 */
export async function countMore(admission: Admission, action: Action, times: number): Promise<void> {
  const buckets = findBuckets(admission, action)
  for (let count = 0; count < times; count++) await countCall(admission, buckets)
}

/** How much of each limit that an action counts against is left to the caller. */
export function findQuotas(admission: Admission, action: Action): Quota[] {
  const buckets = findBuckets(admission, action)
  if (buckets.length === 0) return []
  const key = toLimitKey(admission.caller, admission.source.ip)
  return buckets.flatMap((bucket) => admission.rateLimiter.findQuota(bucket, key) ?? [])
}

/** What an action counts against, of what has a limit. Services are not counted. */
function findBuckets({ caller, rateLimiter }: Admission, action: Action): Bucket[] {
  if (caller.kind === 'service') return []
  const buckets: readonly Bucket[] = action === 'auth.getToken' ? ['calls', 'tokens'] : ['calls']
  return buckets.filter((bucket) => rateLimiter.hasLimit(bucket))
}

/** Refuses a caller whom the policy lets do the action to no room, whatever they are to it. */
export async function requireAnyRelation({ authorizer, caller }: Admission, action: Action): Promise<void> {
  const rule = POLICY[action]
  const mayBegin = !rule.room
    ? await authorizer.allows(caller, action, 'none', null)
    : !authorizer.isDefaultPolicy || rule[authorizer.roleOf(caller)].length > 0
  assertAllowed(mayBegin, caller, action)
}

function assertAllowed(isAllowed: boolean, caller: Caller, action: Action): void {
  if (isAllowed) return
  if (caller.kind === 'anonymous') throw unauthenticated()
  const message = caller.kind === 'guest' ? `A guest may not call ${action}` : `You may not call ${action}`
  throw new VideoError('FORBIDDEN', message)
}

/**
 * Counts an open stream against its caller until what it returns is called, or `signal` aborts.
 * @throws VideoError `RATE_LIMITED`.
 */
export function admitStream(
  { caller, source, openStreams }: { caller: Caller; source: CallSource; openStreams: OpenStreams },
  signal: AbortSignal | undefined,
): () => void {
  return caller.kind === 'service' ? noop : openStreams.add(toLimitKey(caller, source.ip), signal)
}

function noop(): void {}
