import { VideoError } from '../core/video-error.ts'

/** How many subscriptions each caller holds open. */
export type OpenStreams = {
  /**
   * Counts one more until what it returns is called, or `signal` aborts, should nobody ever read it.
   * @throws VideoError `RATE_LIMITED` when the caller holds as many as may be.
   */
  add(key: string, signal: AbortSignal | undefined): () => void
}

/** @param max for one caller; `null`: any number. */
export function createOpenStreams(max: number | null): OpenStreams {
  // Let go of as streams end.
  const held = new Map<string, number>()

  function release(key: string): void {
    const count = (held.get(key) ?? 1) - 1
    if (count === 0) held.delete(key)
    else held.set(key, count)
  }

  if (max === null) return { add: () => noop }
  return {
    add(key, signal) {
      const count = held.get(key) ?? 0
      if (count >= max) {
        const message = `Too many open streams: at most ${max} a caller. Close one, or share one between your pages`
        throw new VideoError('RATE_LIMITED', message, { retryAfterSeconds: 5 })
      }
      held.set(key, count + 1)
      let isHeld = true
      const letGo = () => {
        if (isHeld) release(key)
        isHeld = false
        signal?.removeEventListener('abort', letGo)
      }
      if (signal?.aborted === true) letGo()
      else signal?.addEventListener('abort', letGo)
      return letGo
    },
  }
}

function noop(): void {}
