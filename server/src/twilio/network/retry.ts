import { setTimeout as wait } from 'node:timers/promises'
import type { ErrorCode } from '@roomkey/shared'
import { isVideoError } from '../../core/video-error.ts'
import { StaleConnectionError, type HttpResponse } from './connection.ts'
import type { Priority } from './lane.ts'

/** One call to Twilio, however many requests it takes. */
export type TwilioCall = {
  /** Whether a request may be repeated when nobody knows if it took effect. */
  idempotent: boolean
  signal: AbortSignal | undefined
  priority: Priority
  /** Set once a request has been repeated though the one before may have taken effect. */
  mayBeDone: boolean
}

export type RetryOptions = {
  call: TwilioCall
  /** No attempt starts after it. */
  deadline: AbortSignal
}

const MAX_ATTEMPTS = 4
const BASE_DELAY_MS = 100
const MAX_DELAY_MS = 2_000

const TRANSIENT_ERRORS: ReadonlySet<ErrorCode> = new Set(['TWILIO_UNAVAILABLE', 'TWILIO_RESPONSE_INCOMPLETE'])

/**
 * Repeats a request with growing, jittered pauses: any request that Twilio turned away with 429 (it was not
 * processed), and an idempotent one after a 5xx or a broken connection. `Retry-After` is honoured up to two
 * seconds; a longer one is the caller's to wait for. A kept-alive connection that turns out to be closed costs an
 * idempotent request no pause: it goes out once more at once, on a fresh one.
 * Source: Twilio error 20429.
 */
export async function retry(
  { call, deadline }: RetryOptions,
  send: (options: { fresh: boolean }) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await sendOnce(call, send).then(
      (response) => ({ response, again: mayRetry(response, call), delay: retryAfterMs(response) }),
      (error: unknown) => ({ error, again: call.idempotent && isTransient(error), delay: undefined }),
    )
    const delay = outcome.delay ?? Math.random() * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** attempt)
    if (!outcome.again || attempt === MAX_ATTEMPTS || delay > MAX_DELAY_MS || deadline.aborted) {
      if ('error' in outcome) throw outcome.error
      return outcome.response
    }
    if ('error' in outcome || outcome.response.statusCode !== 429) call.mayBeDone = true
    await wait(delay, undefined, call.signal ? { signal: call.signal } : {})
  }
}

async function sendOnce(
  call: TwilioCall,
  send: (options: { fresh: boolean }) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  try {
    return await send({ fresh: false })
  } catch (error) {
    if (!(error instanceof StaleConnectionError) || !call.idempotent) throw error
    call.mayBeDone = true
    return send({ fresh: true })
  }
}

/** The seconds a `Retry-After` header asks for; `undefined` when there is none that makes sense. */
export function parseRetryAfter(header: unknown): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) : undefined
}

function mayRetry({ statusCode }: HttpResponse, { idempotent }: TwilioCall): boolean {
  return statusCode === 429 || (idempotent && statusCode >= 500)
}

function isTransient(error: unknown): boolean {
  return isVideoError(error) && TRANSIENT_ERRORS.has(error.code)
}

function retryAfterMs({ statusCode, headers }: HttpResponse): number | undefined {
  const seconds = statusCode === 429 ? parseRetryAfter(headers['retry-after']) : undefined
  return seconds === undefined ? undefined : seconds * 1000
}
