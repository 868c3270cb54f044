import { VideoError } from '../../core/video-error.ts'

/** Whom a request is for: somebody who waits for it, or the server itself, which can wait. */
export type Priority = 'caller' | 'chore'

/** Who waits for a turn, and for how long at most. */
export type Waiting = { priority: Priority; signal: AbortSignal | undefined; deadline: AbortSignal }

/** Requests of one kind, reads or writes, on their way to Twilio. */
export type Lane = {
  admit(waiting: Waiting): Promise<void>
  slowDown(seconds: number | undefined): void
  /** Twilio takes requests again: the next time it asks to slow down is the first. */
  goOn(): void
}

/** Each priority's queue; a caller who finds it full is better told so at once than after half a minute. */
const MAX_WAITING = 1000

/** What chores leave of each second, for callers who come. */
const CALLERS_SHARE = 0.25

/** A pause that is longer is the callers' to wait for; chores wait through it. */
const MAX_PAUSE_MS = 2_000

/** The longest pause, whatever `Retry-After` says. */
const MAX_RETRY_AFTER_MS = 60_000
/** Doubled with each refusal: four attempts reach past the second that a quota is for. */
const BASE_PAUSE_MS = 250

const SECOND_MS = 1000

/** @param perSecond no limit by default */
export function createLane(perSecond = Number.POSITIVE_INFINITY): Lane {
  /** When those of the last second went, in order. */
  const sent: number[] = []
  const queues = { caller: new Set<() => void>(), chore: new Set<() => void>() }
  const limits = { caller: perSecond, chore: Math.max(1, Math.floor(perSecond * (1 - CALLERS_SHARE))) }
  let pausedUntil = 0
  let refusals = 0
  let timer: NodeJS.Timeout | undefined

  function isFree(priority: Priority, now: number): boolean {
    if (now < pausedUntil) return false
    while (sent[0] !== undefined && sent[0] <= now - SECOND_MS) sent.shift()
    return sent.length < limits[priority]
  }

  function take(now: number): void {
    if (perSecond !== Number.POSITIVE_INFINITY) sent.push(now)
  }

  function pump(): void {
    const now = performance.now()
    for (const priority of ['caller', 'chore'] as const) {
      for (const go of queues[priority]) {
        if (!isFree(priority, now)) break
        take(now)
        go()
      }
      if (queues[priority].size > 0) return wakeUp(priority, now)
    }
  }

  function wakeUp(priority: Priority, now: number): void {
    clearTimeout(timer)
    // As many of the last second must be over as make room for one.
    const last = sent[sent.length - limits[priority]]
    const at = Math.max(pausedUntil, last === undefined ? 0 : last + SECOND_MS)
    timer = setTimeout(pump, Math.max(1, Math.ceil(at - now)))
  }

  function wait(priority: Priority, { signal, deadline }: Waiting): Promise<void> {
    const queue = queues[priority]
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        queue.delete(go)
        signal?.removeEventListener('abort', abort)
        deadline.removeEventListener('abort', giveUp)
      }
      const go = (): void => {
        leave()
        resolve()
      }
      const abort = (): void => {
        leave()
        reject(signal?.reason as Error)
      }
      const giveUp = (): void => {
        leave()
        reject(tooMany(performance.now()))
      }
      signal?.addEventListener('abort', abort)
      deadline.addEventListener('abort', giveUp)
      queue.add(go)
      pump()
    })
  }

  function tooMany(now: number): VideoError {
    const queued = queues.caller.size / perSecond
    const retryAfterSeconds = Math.max(1, Math.ceil(queued), Math.ceil((pausedUntil - now) / SECOND_MS))
    const message = `More is asked of Twilio than it allows; try again in ${retryAfterSeconds} s`
    return new VideoError('TWILIO_RATE_LIMITED', message, { retryAfterSeconds })
  }

  return {
    async admit(waiting) {
      const { priority, signal } = waiting
      signal?.throwIfAborted()
      const now = performance.now()
      if (priority === 'caller' && pausedUntil - now > MAX_PAUSE_MS) throw tooMany(now)
      const isNext = queues.caller.size === 0 && (priority === 'caller' || queues.chore.size === 0)
      if (isNext && isFree(priority, now)) return take(now)
      if (queues[priority].size >= MAX_WAITING) throw tooMany(now)
      await wait(priority, waiting)
    },
    slowDown(seconds) {
      const now = performance.now()
      // Requests in flight together are refused together: they lengthen the pause once.
      if (seconds === undefined && now < pausedUntil) return
      const own = Math.min(MAX_PAUSE_MS, BASE_PAUSE_MS * 2 ** refusals++)
      const asked = seconds === undefined ? own : Math.min(MAX_RETRY_AFTER_MS, seconds * SECOND_MS)
      pausedUntil = Math.max(pausedUntil, now + asked)
    },
    goOn() {
      // A success of a request that was sent before the refusal says nothing.
      if (performance.now() >= pausedUntil) refusals = 0
    },
  }
}
