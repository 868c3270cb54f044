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
  /**
   * One that is under way already is not added again. Of a room whose line is long, what comes is left in the log until
   * it is its turn, so that a room where nothing goes on holds up no other.
   */
  add(event: RoomEvent): void
  underWay(): number
  /** The smallest id that is not dealt with; `Infinity`: none. */
  firstUnderWay(): number
}

export type RoomQueueOptions = {
  log: Log
  signal: AbortSignal
  /** Is called after each event. What `signal` has ended stays under way. */
  onDone: () => void
  /** Reads what was left in the log, in the order of ids. */
  readLeft: (roomSid: string, range: { after: number; upTo: number; limit: number }) => Promise<readonly RoomEvent[]>
}

/** `left`: what was left in the log, both ends included. */
type Line = { waiting: RoomEvent[]; left: { from: number; to: number } | undefined }

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 300_000

/** Events of one room that are held here. */
const MAX_IN_LINE = 20

export function createRoomQueues(work: Work, { log, signal, onDone, readLeft }: RoomQueueOptions): RoomQueues {
  const { name, maxAttempts = Infinity } = work
  const ids = new Set<number>()
  const lines = new Map<string, Line>()

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

  async function run(roomSid: string, line: Line): Promise<void> {
    while (!signal.aborted) {
      const [event] = line.waiting
      if (event !== undefined) {
        await attempt(event)
        if (signal.aborted) return
        line.waiting.shift()
        ids.delete(Number(event.id))
        onDone()
      } else if (line.left === undefined) {
        lines.delete(roomSid)
        return
      } else {
        await refill(roomSid, line, line.left)
      }
    }
  }

  async function refill(roomSid: string, line: Line, left: { from: number; to: number }): Promise<void> {
    const upTo = left.to
    try {
      const events = await readLeft(roomSid, { after: left.from - 1, upTo, limit: MAX_IN_LINE })
      for (const event of events) enqueue(event, line)
      // More may have been left meanwhile.
      left.from = events.length < MAX_IN_LINE ? upTo + 1 : Number(events.at(-1)?.id) + 1
      if (left.from > left.to) line.left = undefined
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error, reactor: name, roomSid }, 'events could not be read; it will be tried again')
      await wait(FIRST_PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  function enqueue(event: RoomEvent, line: Line): void {
    ids.add(Number(event.id))
    line.waiting.push(event)
  }

  return {
    add(event) {
      const { roomSid } = event
      const id = Number(event.id)
      const line = lines.get(roomSid)
      if (line === undefined) {
        const begun: Line = { waiting: [], left: undefined }
        lines.set(roomSid, begun)
        enqueue(event, begun)
        void run(roomSid, begun)
      } else if (line.left !== undefined) {
        line.left.to = Math.max(line.left.to, id)
      } else if (!ids.has(id)) {
        if (line.waiting.length < MAX_IN_LINE) enqueue(event, line)
        else line.left = { from: id, to: id }
      }
    },
    underWay: () => ids.size,
    firstUnderWay() {
      let first = Infinity
      for (const id of ids) first = Math.min(first, id)
      for (const { left } of lines.values()) first = Math.min(first, left?.from ?? Infinity)
      return first
    },
  }
}
