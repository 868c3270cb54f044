import type { RoomEvent } from '@roomkey/shared'
import { isVideoError } from '../core/video-error.ts'
import type { NewEvent } from '../store/new-event.ts'
import type { Store } from '../store/store.ts'
import type { EventFeed } from './feed.ts'
import { unavailable } from './unavailable.ts'

/** Takes events into the log. */
export type Intake = {
  /**
   * Resolves when the event is stored, or was before. Events that come at the same time are stored in one transaction,
   * so that a burst costs the disk no more than one.
   * @throws VideoError `STORE_UNAVAILABLE` when it could not be stored in time, or too many wait already. It may be
   * stored later all the same: whoever sends it again does no harm.
   */
  take(event: NewEvent): Promise<void>
  /** As `take`, for several; returns those that are new. */
  takeAll(events: readonly NewEvent[]): Promise<RoomEvent[]>
}

export type IntakeOptions = {
  store: Store
  feed: EventFeed
  /** Awaited before the first event is stored: reactors must know where they begin. */
  beforeFirst: () => Promise<void>
  /** How long a caller waits. Default 10 s: Twilio waits for 15. */
  patienceMs?: number
  /** Events that may wait while others are being stored. Default 10,000, which is some 20 MB. */
  maxWaiting?: number
}

/** Events of one transaction: how much the next has to wait for. */
const BATCH = 500

type Waiting = { event: NewEvent; done: () => void; failed: (error: unknown) => void }

export function createIntake({
  store,
  feed,
  beforeFirst,
  patienceMs = 10_000,
  maxWaiting = 10_000,
}: IntakeOptions): Intake {
  let waiting: Waiting[] = []
  let isWriting = false
  let hasBegun = false

  async function append(events: readonly NewEvent[]): Promise<RoomEvent[]> {
    if (!hasBegun) await beforeFirst()
    hasBegun = true
    const { eventLog } = await store.open()
    const { stored, previousId } = await eventLog.append(events)
    if (stored.length > 0) feed.publish(stored, previousId)
    return stored
  }

  async function write(): Promise<void> {
    isWriting = true
    while (waiting.length > 0) {
      await gather()
      const batch = waiting.slice(0, BATCH)
      waiting = waiting.slice(BATCH)
      await writeBatch(batch)
    }
    isWriting = false
  }

  /** Waits for more events as long as each turn of the event loop brings some. */
  async function gather(): Promise<void> {
    for (let before = 0; waiting.length > before && waiting.length < BATCH;) {
      before = waiting.length
      await new Promise(setImmediate)
    }
  }

  async function writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await append(batch.map(({ event }) => event))
      for (const { done } of batch) done()
    } catch (error) {
      if (batch.length === 1 || isVideoError(error)) {
        for (const { failed } of batch) failed(error)
        return
      }
      // An event that the database refuses must not keep out the others of its batch.
      const half = Math.ceil(batch.length / 2)
      await writeBatch(batch.slice(0, half))
      await writeBatch(batch.slice(half))
    }
  }

  return {
    async take(event) {
      if (waiting.length >= maxWaiting) throw unavailable('Too many events wait to be stored')
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(unavailable('The event could not be stored in time')), patienceMs)
        waiting.push({
          event,
          done() {
            clearTimeout(timer)
            resolve()
          },
          failed(error) {
            clearTimeout(timer)
            reject(error instanceof Error ? error : new Error(String(error)))
          },
        })
        if (!isWriting) void write()
      })
    },
    takeAll: append,
  }
}
