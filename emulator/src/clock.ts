/** A timer that has been set; cancelling one that has run or was cancelled does nothing. */
export type Timer = { cancel(): void }

/** The emulator's only notion of time. Every timeout of rooms, participants and sessions hangs on it. */
export type Clock = {
  /** Milliseconds since 1970, as `Date.now()`. */
  now(): number
  /** Runs `callback` once, when `delayMs` milliseconds have passed on this clock. */
  setTimer(delayMs: number, callback: () => void): Timer
  /** Moves the clock ahead by `ms` milliseconds and runs, in order, all that falls due on the way. */
  advance(ms: number): void
}

type PendingTimer = Timer & { due: number; callback: () => void; handle: NodeJS.Timeout | null }

/**
 * The time of day. It can be moved ahead as well, after which it goes on ticking from there: a test of another
 * process can make a room time out without waiting.
 */
export function createRealClock(): Clock {
  let offset = 0
  const now = (): number => Date.now() + offset
  const pending = new Set<PendingTimer>()

  function arm(timer: PendingTimer): void {
    timer.handle = setTimeout(() => fire(pending, timer), Math.max(0, timer.due - now()))
    // A room that waits for its timeout is no reason to keep a process alive.
    timer.handle.unref()
  }

  return {
    now,
    setTimer(delayMs, callback) {
      const timer = createTimer(pending, now() + delayMs, callback)
      arm(timer)
      return timer
    },
    advance(ms) {
      const target = now() + ms
      // Each due timer sees its own moment, so a timer set by another on the way falls due in its turn.
      for (let timer = earliest(pending, target); timer !== undefined; timer = earliest(pending, target)) {
        offset += Math.max(0, timer.due - now())
        fire(pending, timer)
      }
      offset += Math.max(0, target - now())
      for (const timer of pending) {
        clearTimeout(timer.handle ?? undefined)
        arm(timer)
      }
    },
  }
}

/**
 * A clock that stands still until it is moved.
 * @param start the first moment it shows; default 2026-01-01T00:00:00Z
 */
export function createManualClock(start: Date = new Date('2026-01-01T00:00:00Z')): Clock {
  let time = start.getTime()
  const pending = new Set<PendingTimer>()
  return {
    now: () => time,
    setTimer: (delayMs, callback) => createTimer(pending, time + delayMs, callback),
    advance(ms) {
      const target = time + ms
      for (let timer = earliest(pending, target); timer !== undefined; timer = earliest(pending, target)) {
        time = Math.max(time, timer.due)
        fire(pending, timer)
      }
      time = target
    },
  }
}

function createTimer(pending: Set<PendingTimer>, due: number, callback: () => void): PendingTimer {
  const timer: PendingTimer = {
    due,
    callback,
    handle: null,
    cancel() {
      pending.delete(timer)
      clearTimeout(timer.handle ?? undefined)
    },
  }
  pending.add(timer)
  return timer
}

function fire(pending: Set<PendingTimer>, timer: PendingTimer): void {
  clearTimeout(timer.handle ?? undefined)
  if (pending.delete(timer)) timer.callback()
}

/** The next timer due by `target`; of two due at once, the one set first. */
function earliest(pending: Set<PendingTimer>, target: number): PendingTimer | undefined {
  let next: PendingTimer | undefined
  for (const timer of pending) if (timer.due <= target && (next === undefined || timer.due < next.due)) next = timer
  return next
}
