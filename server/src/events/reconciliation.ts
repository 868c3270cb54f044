import { setTimeout as pause } from 'node:timers/promises'
import type { RoomEvent, RoomEventOf } from '@roomkey/shared'
import type { Log } from '../core/log.ts'
import { hasCode } from '../core/video-error.ts'
import type { NewEvent } from '../store/new-event.ts'
import type { Store } from '../store/store.ts'
import type { TwilioRoom } from '../twilio/rooms.ts'
import type { TwilioVideo } from '../twilio/video.ts'
import { inferForgotten, inferMissing } from './infer.ts'
import type { Intake } from './intake.ts'
import { createLease } from './lease.ts'
import type { Reactor } from './reactor.ts'
import { readAll, readRoomState } from './room-state.ts'

export type ReconciliationOptions = {
  store: Store
  twilio: TwilioVideo
  intake: Intake
  /** Pause between two rounds. */
  intervalSeconds: number
  /** Whether there can be anything to compare. */
  isReady: () => boolean
  log: Log
}

/** Finds what Twilio did not report: compares the log of events with its REST API, and adds what is missing. */
export type Reconciliation = {
  /** Compares all rooms that are in progress, or have ended since the last time, from now on and again and again. */
  start(): void
  /** Compares a room once more when it has ended, and whenever a track of it becomes known after that. */
  reactor: Reactor
  close(): Promise<void>
}

/** The cursor that holds when rooms were compared last, in ms since 1970. */
const SINCE = 'reconciled-until'
const MAX_LEASE_MS = 30_000
const MIN_LEASE_MS = 5000
const FIRST_AFTER_MS = 5000

/** Something this recent may still be reported. */
const GRACE_MS = 10_000

/** Rooms that are compared at the same time. */
const CONCURRENCY = 4

/** A room that Twilio does not know is over, unless it is so new that Twilio does not know it yet. */
const FORGOTTEN_AFTER_MS = 60_000
const CHORE = { priority: 'chore' } as const

export function createReconciliation(options: ReconciliationOptions): Reconciliation {
  const { store, twilio, intake, intervalSeconds, isReady, log } = options
  const intervalMs = intervalSeconds * 1000
  const graceMs = Math.min(GRACE_MS, intervalMs)
  const leaseMs = Math.min(MAX_LEASE_MS, Math.max(MIN_LEASE_MS, 3 * intervalMs))
  const lease = createLease(store, 'reconciliation', leaseMs)
  const closing = new AbortController()
  const calls = { ...CHORE, signal: closing.signal }
  const missed = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined

  function schedule(ms: number): void {
    if (closing.signal.aborted) return
    timer = setTimeout(() => {
      running = round().then(() => schedule(intervalMs))
    }, ms).unref()
  }

  /** Never fails: what could not be compared is compared the next time. */
  async function round(): Promise<void> {
    if (!isReady()) return
    try {
      if ((await lease.hold()) !== 'denied') await compareAll()
    } catch (error) {
      if (!closing.signal.aborted) log.warn({ err: error }, 'the log of events could not be compared with Twilio')
    }
  }

  async function compareAll(): Promise<void> {
    const { eventCursors, openRooms } = await store.open()
    const startedAt = Date.now()
    const since = Math.min(startedAt, await eventCursors.find(SINCE, startedAt - intervalMs))
    const open = new Set(await openRooms.find())
    const createdAfter = new Date(since - FORGOTTEN_AFTER_MS).toISOString()
    const inProgress = await listRooms({ status: 'in-progress' })
    const completed = await listRooms({ status: 'completed', createdAfter })
    const rooms = new Map<string, TwilioRoom | undefined>([...open].map((sid) => [sid, undefined]))
    for (const room of [...inProgress, ...completed]) rooms.set(room.sid, room)

    const waiting = rooms.entries()
    async function work(): Promise<void> {
      for (const [sid, room] of waiting) {
        if (closing.signal.aborted) return
        if ((await lease.hold()) === 'denied') return
        await compare(sid, room)
      }
    }
    await Promise.all(Array.from({ length: CONCURRENCY }, work))
    if (!closing.signal.aborted) await eventCursors.save(SINCE, startedAt)
    for (const [trackSid, at] of missed) if (at < startedAt - 10 * intervalMs) missed.delete(trackSid)
  }

  function listRooms(query: Pick<Parameters<TwilioVideo['listRooms']>[0], 'status' | 'createdAfter'>) {
    return readAll((cursor) => twilio.listRooms({ ...query, limit: 1000, cursor }, calls))
  }

  async function compare(roomSid: string, listed?: TwilioRoom): Promise<void> {
    const known = await readLog(roomSid)
    // The reactor below compares such a room once its end is in the log.
    if (listed?.status === 'completed' && known.some(({ type }) => type === 'room-ended')) return
    await addMissing(roomSid, known, listed)
  }

  async function readLog(roomSid: string): Promise<RoomEvent[]> {
    const { eventLog } = await store.open()
    const events: RoomEvent[] = []
    for (let isFull = true; isFull;) {
      const page = await eventLog.readAfter(Number(events.at(-1)?.id ?? 0), { roomSids: [roomSid] }, 1000)
      events.push(...page)
      isFull = page.length === 1000
    }
    return events
  }

  /** For a track that was reported late: where its room had been compared for the last time, its removal is missing. */
  async function compareIfEnded({ roomSid, trackSid }: RoomEventOf<'track-added'>): Promise<void> {
    const known = await readLog(roomSid)
    const isEnded = known.some(({ type }) => type === 'room-ended')
    const isRemoved = known.some((event) => event.type === 'track-removed' && event.trackSid === trackSid)
    if (isEnded && !isRemoved) await addMissing(roomSid, known)
  }

  async function addMissing(roomSid: string, known: readonly RoomEvent[], listed?: TwilioRoom): Promise<void> {
    const missing = await findMissing(roomSid, known, listed)
    const stored = missing.length === 0 ? [] : await intake.takeAll(missing)
    if (stored.length > 0)
      log.info({ roomSid, events: stored.length }, 'what Twilio did not report was added to the log')
  }

  async function findMissing(
    roomSid: string,
    known: readonly RoomEvent[],
    listed: TwilioRoom | undefined,
  ): Promise<NewEvent[]> {
    const now = Date.now()
    try {
      const room = listed ?? (await twilio.getRoom(roomSid, calls))
      const state = await readRoomState(twilio, room, calls)
      return inferMissing(known, state, {
        before: now - graceMs,
        missedAt(trackSid) {
          const at = missed.get(trackSid) ?? now
          missed.set(trackSid, at)
          return at
        },
      })
    } catch (error) {
      if (!hasCode(error, 'ROOM_NOT_FOUND')) throw error
      return inferForgotten(known, { now, quietMs: FORGOTTEN_AFTER_MS })
    }
  }

  return {
    start: () => schedule(Math.min(FIRST_AFTER_MS, intervalMs)),
    reactor: {
      name: 'reconcile-ended',
      types: ['room-ended', 'track-added'],
      maxAttempts: 10,
      async react(event, signal) {
        if (event.type === 'room-ended') {
          // Reports come in any order: others may follow that of the end.
          await pause(graceMs, undefined, { signal, ref: false })
          await compare(event.roomSid)
        } else if (event.type === 'track-added' && Date.parse(event.at) < Date.now() - graceMs) {
          await compareIfEnded(event)
        }
      },
    },
    async close() {
      closing.abort()
      clearTimeout(timer)
      await running
      await lease.release()
    },
  }
}
