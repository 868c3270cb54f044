import { setTimeout as wait } from 'node:timers/promises'
import type { RoomEvent } from '@roomkey/shared'
import type { Log } from '../core/log.ts'
import { createSlots } from './slots.ts'

/** How events are handled. `maxAttempts`: how often one is tried; without it, for ever. */
export type Work = {
  name: string
  react(event: RoomEvent, signal: AbortSignal): Promise<void>
  maxAttempts?: number | undefined
  /** Events that are worked on at a time; any number where left out. */
  atOnce?: number | undefined
  /** In place of `maxAttempts` and its pauses: waits, and resolves to whether the event is tried again. */
  afterFailure?(failure: Failure, signal: AbortSignal): Promise<boolean>
}

/** A failed attempt. `sinceMs`: when the event failed first, by `performance.now()`. */
export type Failure = { event: RoomEvent; error: unknown; attempts: number; sinceMs: number }

/**
 * Events under way: those of one room one after another, rooms in parallel. Only their ids are held: an event that had
 * to wait is read from the log when its turn comes, and again for each attempt, since it may have been anonymized.
 */
export type RoomQueues = {
  /** Does nothing for an event that is under way already. */
  add(event: RoomEvent): void
  /** The number of rooms with events under way. */
  underWay(): number
  /** The smallest id under way; `Infinity` when none is. */
  firstUnderWay(): number
}

/** Ids, both ends included. */
export type IdRange = { from: number; to: number }

export type RoomQueueOptions = {
  log: Log
  signal: AbortSignal
  /** Called after each event. One that `signal` interrupted stays under way. */
  onDone: () => void
  /** Reads the first event of a room in a range. */
  readFirst: (roomSid: string, range: IdRange) => Promise<RoomEvent | undefined>
  /** Resolves after so many milliseconds, or once the signal is aborted. Default: by the clock. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** What is under way of a room, and how often the first of it has failed. */
type Line = IdRange & { roomSid: string; failed: { id: string; attempts: number; sinceMs: number } | undefined }

const FIRST_PAUSE_MS = 500
const MAX_PAUSE_MS = 300_000

export function createRoomQueues(
  work: Work,
  { log, signal, onDone, readFirst, pause = pauseByClock }: RoomQueueOptions,
): RoomQueues {
  const { name, maxAttempts = Infinity, atOnce = Infinity } = work
  const slots = createSlots(atOnce)
  const lines = new Map<string, Line>()

  async function run(line: Line, added: RoomEvent): Promise<void> {
    for (let known = slots.areFree() ? added : undefined; line.from <= line.to; known = undefined) {
      const event = known
      try {
        const failure = await slots.use(() => attempt(line, event))
        if (failure !== undefined && !(await isTriedAgain(failure))) pass(line, failure.event)
      } catch (error) {
        if (!signal.aborted) await waitForLog(line, error)
      }
      if (signal.aborted) return
    }
    lines.delete(line.roomSid)
  }

  /** Tries the first event of a line once. @throws when it cannot be read */
  async function attempt(line: Line, known: RoomEvent | undefined): Promise<Failure | undefined> {
    const { roomSid, from, to } = line
    const event = known ?? (await readFirst(roomSid, { from, to }))
    if (event === undefined) {
      line.from = to + 1
      onDone()
      return undefined
    }
    try {
      await work.react(event, signal)
    } catch (error) {
      const { attempts, sinceMs } =
        line.failed?.id === event.id ? line.failed : { attempts: 0, sinceMs: performance.now() }
      line.failed = { id: event.id, attempts: attempts + 1, sinceMs }
      return { event, error, attempts: attempts + 1, sinceMs }
    }
    if (!signal.aborted) pass(line, event)
    return undefined
  }

  function pass(line: Line, { id }: RoomEvent): void {
    line.from = Number(id) + 1
    onDone()
  }

  async function isTriedAgain(failure: Failure): Promise<boolean> {
    if (signal.aborted) return true
    if (work.afterFailure === undefined) return retry(failure, maxAttempts)
    return work.afterFailure(failure, signal).catch((error: unknown) => retry({ ...failure, error }, Infinity))
  }

  async function retry({ event, error, attempts }: Failure, limit: number): Promise<boolean> {
    if (signal.aborted) return true
    const fields = { err: error, reactor: name, roomSid: event.roomSid, eventId: event.id, attempts }
    if (attempts >= limit) {
      log.error(fields, 'an event was given up')
      return false
    }
    log.warn(fields, 'an event could not be dealt with; it will be tried again')
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), MAX_PAUSE_MS) * (0.5 + Math.random()), signal)
    return true
  }

  async function waitForLog({ roomSid }: Line, error: unknown): Promise<void> {
    log.warn({ err: error, reactor: name, roomSid }, 'an event could not be read; it will be tried again')
    await pause(FIRST_PAUSE_MS, signal)
  }

  return {
    add(event) {
      const { roomSid } = event
      const id = Number(event.id)
      const known = lines.get(roomSid)
      if (known !== undefined) {
        known.to = Math.max(known.to, id)
        return
      }
      const line: Line = { roomSid, from: id, to: id, failed: undefined }
      lines.set(roomSid, line)
      void run(line, event)
    },
    underWay: () => lines.size,
    firstUnderWay() {
      let first = Infinity
      for (const { from } of lines.values()) first = Math.min(first, from)
      return first
    },
  }
}

async function pauseByClock(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal, ref: false }).catch(() => undefined)
}
