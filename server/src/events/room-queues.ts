import { setTimeout as wait } from 'node:timers/promises'
import type { RoomEvent } from '@roomkey/shared'
import type { Log } from '../core/log.ts'

/** What is done about an event, and how often it is tried; for ever where left out. */
export type Work = {
  name: string
  react(event: RoomEvent, signal: AbortSignal): Promise<void>
  maxAttempts?: number | undefined
}

/** Events under way: those of one room one after another, rooms beside each other. */
export type RoomQueues = {
  /** One that is under way already is not added again. Ids are added in order, or are there. */
  add(event: RoomEvent): void
  underWay(): number
  /** The smallest id that is under way; `Infinity`: none. */
  firstUnderWay(): number
}

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 300_000

/** @param onDone is called after each event. What `signal` has ended stays under way. */
export function createRoomQueues(
  work: Work,
  { log, signal, onDone }: { log: Log; signal: AbortSignal; onDone: () => void },
): RoomQueues {
  const { name, maxAttempts = Infinity } = work
  const ids = new Set<number>()
  /** The last in each room's line. */
  const lines = new Map<string, Promise<void>>()

  async function attempt(event: RoomEvent): Promise<void> {
    for (let attempts = 1, pauseMs = FIRST_PAUSE_MS; !signal.aborted; attempts++) {
      try {
        return await work.react(event, signal)
      } catch (error) {
        if (signal.aborted) return
        const fields = { err: error, reactor: name, roomSid: event.roomSid, eventId: event.id, attempts }
        if (attempts >= maxAttempts) return log.error(fields, 'an event was given up')
        log.warn(fields, 'an event could not be dealt with; it will be tried again')
        await wait(pauseMs * (0.5 + Math.random()), undefined, { signal, ref: false }).catch(() => undefined)
        pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
      }
    }
  }

  async function takeTurn(event: RoomEvent, before: Promise<void> | undefined): Promise<void> {
    await before
    await attempt(event)
    if (signal.aborted) return
    ids.delete(Number(event.id))
    onDone()
  }

  return {
    add(event) {
      const id = Number(event.id)
      if (ids.has(id)) return
      ids.add(id)
      const turn = takeTurn(event, lines.get(event.roomSid)).finally(() => {
        if (lines.get(event.roomSid) === turn) lines.delete(event.roomSid)
      })
      lines.set(event.roomSid, turn)
    },
    underWay: () => ids.size,
    firstUnderWay() {
      // Sets keep the order in which things were added.
      const [first = Infinity] = ids
      return first
    },
  }
}
