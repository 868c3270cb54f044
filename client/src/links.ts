import type { RoomkeyRouter } from '@roomkey/shared/trpc'
import type { Operation, OperationLink, TRPCClientError, TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import { IDEMPOTENT } from './calls.ts'
import type { Credentials } from './credentials.ts'
import { RoomkeyError, isTransient, toRoomkeyError } from './errors.ts'

type Router = RoomkeyRouter
type Link = TRPCLink<Router>
type Send = Parameters<OperationLink<Router>>[0]['next']

/**
 * Ends an operation when its signal is aborted or its time is up. In front of the batching link this must be done for
 * each: that one gives up a batch only when everything in it is aborted.
 */
export function deadlineLink(defaultTimeoutMs: number): Link {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        const ended = new AbortController()
        const timeoutMs = parseTimeout((op.context['timeoutMs'] as number | undefined) ?? defaultTimeoutMs)
        const fail = (error: RoomkeyError) => {
          cleanUp()
          ended.abort(error)
          observer.error(asClientError(error))
        }
        const onAbort = () =>
          fail(new RoomkeyError('ABORTED', `${op.path} was aborted`, { cause: op.signal?.reason as unknown }))
        const timer =
          timeoutMs === Infinity
            ? undefined
            : setTimeout(
                () => fail(new RoomkeyError('TIMEOUT', `${op.path}: no response in ${timeoutMs} ms`)),
                timeoutMs,
              )
        const cleanUp = () => {
          clearTimeout(timer)
          op.signal?.removeEventListener('abort', onAbort)
        }
        if (op.signal?.aborted === true) {
          onAbort()
          return undefined
        }
        op.signal?.addEventListener('abort', onAbort)
        const sent = next({
          ...op,
          context: { ...op.context, endsAt: Date.now() + timeoutMs },
          signal: ended.signal,
        }).subscribe(observer)
        return () => {
          cleanUp()
          sent.unsubscribe()
        }
      })
}

/** Calls procedures by what they are called in the router that Roomkey's is merged into. */
export function prefixLink(prefix: string): Link {
  return () =>
    ({ op, next }) =>
      next({ ...op, path: prefix + op.path })
}

/** How often, and after how long, something is tried again. */
export type Retry = {
  /** At most so often. */
  retries: number
  /** The pause before the first retry is up to this long; it doubles each time. */
  baseDelayMs: number
  random: () => number
}

/**
 * Tries again what changes nothing, or nothing more when done twice: after network errors, 502, 503, 504 and 429,
 * unless they are Twilio's, which the server retries. Pauses are random up to a doubling bound, so that many clients do
 * not come back at the same instant; a `retryAfterSeconds` is waited out in full.
 */
export function retryLink({ retries, baseDelayMs, random }: Retry): Link {
  return () =>
    ({ op, next }) =>
      resend(next, op, (cause, attempt) => {
        if (attempt >= retries || !isIdempotent(op) || !isTransient(cause)) return null
        const { retryAfterSeconds = 0 } = cause
        const delayMs = retryAfterSeconds * 1000 + random() * baseDelayMs * 2 ** attempt
        // The reason is worth more to the caller now than a TIMEOUT later.
        return Date.now() + delayMs < (op.context['endsAt'] as number) ? delayMs : null
      })
}

/** Sends what was refused once more, with a fresh token. */
export function authLink(credentials: Credentials): Link {
  return () =>
    ({ op, next }) =>
      resend(next, op, (cause, attempt) => {
        // What went out with it, as `headers` noted it; without that, nothing was sent and nothing can be fresher.
        if (attempt > 0 || cause.code !== 'UNAUTHENTICATED' || !('token' in op.context)) return null
        credentials.discard(op.context['token'] as string | null)
        return 0
      })
}

/** Sends an operation, and again after as many milliseconds as `pause` says, until it says `null`. */
function resend(next: Send, op: Operation, pause: (cause: RoomkeyError, attempt: number) => number | null) {
  return observable<never, TRPCClientError<Router>>((observer) => {
    let sent: Unsubscribable | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const send = (attempt: number) => {
      sent = next(op).subscribe({
        next: (value) => observer.next(value as never),
        complete: () => observer.complete(),
        error(error) {
          const delayMs = op.signal?.aborted === true ? null : pause(toRoomkeyError(error), attempt)
          if (delayMs === null) observer.error(error)
          else timer = setTimeout(send, delayMs, attempt + 1)
        },
      })
    }
    send(0)
    return () => {
      clearTimeout(timer)
      sent?.unsubscribe()
    }
  }) as ReturnType<Send>
}

function isIdempotent({ type, path, input }: Operation): boolean {
  if (type === 'query') return true
  const rule = IDEMPOTENT[path]
  return rule === true || (rule !== undefined && (input as Record<string, unknown> | undefined)?.[rule.unless] == null)
}

/** @throws RangeError when it is not a positive number of milliseconds */
export function parseTimeout(timeoutMs: number): number {
  if (!(timeoutMs > 0)) throw new RangeError(`timeoutMs must be a positive number of milliseconds, not ${timeoutMs}`)
  // Timers wrap around past 2^31 - 1 ms and would fire at once.
  return timeoutMs > 2_147_483_647 ? Infinity : timeoutMs
}

// tRPC wraps what is not its own error and keeps it as `cause`, where `toRoomkeyError` finds it.
function asClientError(error: RoomkeyError) {
  return error as unknown as TRPCClientError<Router>
}
