import type { RoomEvent } from '@roomkey/shared'
import { VideoError } from '../core/video-error.ts'
import type { NewEvent } from '../store/new-event.ts'
import type { Store } from '../store/store.ts'
import type { EventFeed } from './feed.ts'

/** Takes events into the log. */
export type Intake = {
  /**
   * Resolves when the event is stored, or was before. Events that come at the same time are stored in one transaction,
   * so that a burst costs the disk no more than one.
   * @throws VideoError `STORE_UNAVAILABLE` when it could not be stored in time.
   */
  take(event: NewEvent): Promise<void>
  /** As `take`, for several; answers those that are new. */
  takeAll(events: readonly NewEvent[]): Promise<RoomEvent[]>
}

/** Twilio waits for 15 s. */
const PATIENCE_MS = 10_000

/** Events of one transaction: how much the next has to wait for. */
const BATCH = 500

type Waiting = { event: NewEvent; done: () => void; failed: (error: unknown) => void }

/** @param beforeFirst is waited for before anything is stored: who reacts to events must have begun. */
export function createIntake(store: Store, feed: EventFeed, beforeFirst: () => Promise<void>): Intake {
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
      const batch = waiting.slice(0, BATCH)
      waiting = waiting.slice(BATCH)
      try {
        await append(batch.map(({ event }) => event))
        for (const { done } of batch) done()
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    isWriting = false
  }

  return {
    async take(event) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => failed(new VideoError('STORE_UNAVAILABLE', 'The event could not be stored in time')),
          PATIENCE_MS,
        )
        const done = () => {
          clearTimeout(timer)
          resolve()
        }
        const failed = (error: unknown) => {
          clearTimeout(timer)
          reject(error instanceof Error ? error : new Error(String(error)))
        }
        waiting.push({ event, done, failed })
        // What is read from sockets in this turn of the loop goes along.
        if (!isWriting) {
          isWriting = true
          setImmediate(() => void write())
        }
      })
    },
    takeAll: append,
  }
}
