import type { Clock, Timer } from '../clock.ts'
import { attemptCallback } from './attempt.ts'
import type { DeliveryLog, Parcel } from './delivery.ts'

export type SenderOptions = {
  clock: Clock
  log: DeliveryLog
  /** Called for each callback that was given up. */
  warn: (message: string) => void
}

/** Sends callbacks, each on its own, so many at once. */
export type Sender = {
  /** Resolves when all is over, after all its attempts. Never fails. */
  send(parcel: Parcel): Promise<void>
  /** Sends them when the clock says so; `inTurn`: each after the response to the one before. */
  sendLater(parcels: readonly Parcel[], options: { delayMs: number; inTurn: boolean }): void
  /** Whether no more can wait. */
  isFull(): boolean
  /** Gives up what waits and what is under way. */
  drop(): void
  /** Drops all, and resolves when nothing is under way. */
  close(): Promise<void>
}

/** An endpoint that hangs must not fill the process with sockets, */
const MAX_CONCURRENT = 64
/** nor with what waits for it. */
const MAX_WAITING = 20_000

export function createSender({ clock, log, warn }: SenderOptions): Sender {
  const waiting: { parcel: Parcel; done: () => void }[] = []
  const delayed = new Map<Timer, readonly Parcel[]>()
  const running = new Set<Promise<void>>()
  let abort = new AbortController()

  function pump(): void {
    while (running.size < MAX_CONCURRENT) {
      const next = waiting.shift()
      if (!next) return
      const delivery = deliver(next.parcel, abort.signal).finally(() => {
        running.delete(delivery)
        next.done()
        pump()
      })
      running.add(delivery)
    }
  }

  async function deliver(parcel: Parcel, signal: AbortSignal): Promise<void> {
    const { request, target, parameters } = parcel
    log.update(parcel, 'sending')
    for (let left = target.retries; !signal.aborted; left--) {
      const at = new Date(clock.now()).toISOString()
      const start = performance.now()
      const outcome = await attemptCallback(request, target, signal)
      parcel.attempts.push({ at, durationMs: Math.round(performance.now() - start), ...outcome })
      if (outcome.failure === null) return log.update(parcel, 'delivered')
      if (left > 0 && target.retryOn.has(outcome.failure)) continue
      if (signal.aborted) break
      warn(`${parameters['StatusCallbackEvent']} of ${parameters['RoomSid']}: ${target.url}: ${outcome.detail}`)
      return log.update(parcel, 'failed')
    }
    log.update(parcel, 'dropped')
  }

  function send(parcel: Parcel): Promise<void> {
    return new Promise((done) => {
      waiting.push({ parcel, done })
      pump()
    })
  }

  async function sendInTurn(parcels: readonly Parcel[]): Promise<void> {
    const { signal } = abort
    for (const parcel of parcels) {
      if (signal.aborted) log.update(parcel, 'dropped')
      else await send(parcel)
    }
  }

  function sendAll(parcels: readonly Parcel[], inTurn: boolean): void {
    if (inTurn) void sendInTurn(parcels)
    else for (const parcel of parcels) void send(parcel)
  }

  function drop(): void {
    const queued = waiting.splice(0)
    const later = [...delayed.values()].flat()
    for (const timer of delayed.keys()) timer.cancel()
    delayed.clear()
    abort.abort()
    abort = new AbortController()
    for (const parcel of [...later, ...queued.map(({ parcel }) => parcel)]) log.update(parcel, 'dropped')
    for (const { done } of queued) done()
  }

  return {
    send,
    sendLater(parcels, { delayMs, inTurn }) {
      if (delayMs === 0) return sendAll(parcels, inTurn)
      const timer = clock.setTimer(delayMs, () => {
        delayed.delete(timer)
        sendAll(parcels, inTurn)
      })
      delayed.set(timer, parcels)
    },
    isFull: () => waiting.length + delayed.size >= MAX_WAITING,
    drop,
    async close() {
      drop()
      await Promise.all(running)
    },
  }
}
