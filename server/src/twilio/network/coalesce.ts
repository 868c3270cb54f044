type Flight = { promise: Promise<unknown>; waiters: number; controller: AbortController }

/**
 * Lets many concurrent callers of one read share one request: Twilio allows 80 reads a second, a busy room has
 * more people asking. A caller who gives up leaves the others undisturbed; when all have, the request is aborted.
 */
export type Coalescer = {
  share<T>(key: string, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Lets no later caller join what is under way now: called before and after a write, whose effect it may not show. */
  forget(): void
}

export function createCoalescer(): Coalescer {
  const flights = new Map<string, Flight>()

  function launch(key: string, start: (signal: AbortSignal) => Promise<unknown>): Flight {
    const controller = new AbortController()
    const flight: Flight = { promise: start(controller.signal), waiters: 0, controller }
    flights.set(key, flight)
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    flight.promise.then(land, land)
    return flight
  }

  return {
    async share<T>(key: string, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<T>) {
      signal?.throwIfAborted()
      const flight = flights.get(key) ?? launch(key, start)
      flight.waiters++
      try {
        return (await (signal ? untilAborted(flight.promise, signal) : flight.promise)) as T
      } finally {
        flight.waiters--
        if (flight.waiters === 0) {
          if (flights.get(key) === flight) flights.delete(key)
          flight.controller.abort()
        }
      }
    },
    forget: () => flights.clear(),
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
