import { hash, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ErrorCode, FieldError } from '@roomkey/shared'
import { admitCall, findQuotas, requireAnyRelation } from '../access/admit-call.ts'
import type { Action } from '../access/policy.ts'
import { mayBeDone } from '../audit/audit-log.ts'
import { nameOfCaller, type Caller } from '../core/caller.ts'
import { VideoError } from '../core/video-error.ts'
import type { Context } from '../procedures/context.ts'
import type { IdempotencyKeys, KeyedCall } from '../store/idempotency-keys.ts'
import { toVideoError } from './error-shape.ts'

/** A call with an idempotency key. */
export type OnceCall = { ctx: Context; action: Action; key: string; input: unknown; signal?: AbortSignal | undefined }

/** Its output, and whether that comes from an earlier call with the same key. */
export type OnceResult = { output: unknown; isReplayed: boolean }

type Outcome = { output: unknown } | { error: StoredError }
type StoredError = {
  code: ErrorCode
  message: string
  twilioCode?: number | undefined
  fields?: FieldError[] | undefined
  retryAfterSeconds?: number | undefined
}

/** A call that has not renewed its claim for so long died with its server. */
const LEASE_MS = 20_000
const RENEW_MS = 5000
/** How often to look whether a call on another server is done. */
const LOOK_AGAIN_MS = 100

/** The calls under way in this process, for those that wait here. Deleted as they end. */
const underWay = new Map<string, Promise<unknown>>()

/**
 * Makes a call once for each key of its caller. The outcome is kept for a day and replayed; only a call that surely did
 * nothing leaves its key free.
 * @throws VideoError `IDEMPOTENCY_KEY_REUSED` for a key that was sent with another input
 */
export async function callOnce(call: OnceCall, run: () => Promise<unknown>): Promise<OnceResult> {
  const { ctx, action, key, input, signal } = call
  await requireAnyRelation(ctx, action)
  // The rate limiter will refuse it, so nothing need be stored.
  if (findQuotas(ctx, action).some(({ remaining }) => remaining === 0))
    return { output: await run(), isReplayed: false }
  const context = JSON.stringify([toOwnerName(ctx.caller), action, key])
  const keyed = {
    id: hash('sha256', context),
    fingerprint: hash('sha256', toCanonicalJson(input)),
    owner: randomUUID(),
  }
  const { idempotencyKeys } = await ctx.store.open()
  for (;;) {
    signal?.throwIfAborted()
    // In a loop: the call that holds the key may end, or die, and release it.
    const claim = await idempotencyKeys.claim(keyed, Date.now(), LEASE_MS)
    if (claim === 'mine')
      return { output: await runMine(call, keyed, idempotencyKeys, context, run), isReplayed: false }
    if (claim === 'released') continue
    if (claim.fingerprint !== keyed.fingerprint) {
      await admitCall(ctx, action)
      throw reused()
    }
    if (claim.outcome === null) {
      await Promise.race([underWay.get(keyed.id) ?? wait(LOOK_AGAIN_MS), wait(RENEW_MS)])
      continue
    }
    const outcome = ctx.seal.open(claim.outcome, context)
    if (outcome !== undefined) {
      await admitCall(ctx, action)
      return { output: take(JSON.parse(outcome) as Outcome), isReplayed: true }
    }
    // Sealed with credentials that have been replaced.
    await idempotencyKeys.forget(keyed.id, claim.outcome)
  }
}

async function runMine(
  { ctx }: OnceCall,
  keyed: KeyedCall,
  idempotencyKeys: IdempotencyKeys,
  context: string,
  run: () => Promise<unknown>,
): Promise<unknown> {
  const renewing = setInterval(() => {
    idempotencyKeys.renew(keyed, Date.now() + LEASE_MS).catch((error: unknown) => {
      ctx.log.warn({ err: error }, 'an idempotency key could not be held')
    })
  }, RENEW_MS)
  const settle = async (outcome: Outcome) =>
    idempotencyKeys.settle(keyed, ctx.seal.close(JSON.stringify(outcome), context))
  const running = Promise.withResolvers<void>()
  underWay.set(keyed.id, running.promise)
  try {
    const output = await run()
    await settle({ output })
    return output
  } catch (thrown) {
    const error = toVideoError(thrown)
    const { code, message, twilioCode, fields, retryAfterSeconds } = error
    const isKept = mayBeDone({ outcome: code, subject: error.subject ?? {} })
    await (isKept
      ? settle({ error: { code, message, twilioCode, fields, retryAfterSeconds } })
      : idempotencyKeys.release(keyed))
    throw error
  } finally {
    clearInterval(renewing)
    underWay.delete(keyed.id)
    running.resolve()
  }
}

function take(outcome: Outcome): unknown {
  if ('output' in outcome) return outcome.output
  const { code, message, ...options } = outcome.error
  throw new VideoError(code, message, options)
}

function reused(): VideoError {
  return new VideoError(
    'IDEMPOTENCY_KEY_REUSED',
    'This Idempotency-Key was sent before with another input: make a new key for each thing you create',
  )
}

/** Keys are separate for each caller. */
function toOwnerName(caller: Caller): string {
  const name = nameOfCaller(caller)
  return name === null ? caller.kind : `${caller.kind} ${name}`
}

/** The same text for the same input, in whatever order its fields were sent. */
function toCanonicalJson(input: unknown): string {
  return JSON.stringify(input, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}
