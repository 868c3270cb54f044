import type { RoomEvent, RoomEventType } from '@roomkey/shared'
import type { Log } from '../core/log.ts'
import type { Store } from '../store/store.ts'
import type { EventFeed } from './feed.ts'
import { createLease } from './lease.ts'
import { createRoomQueues, type Work } from './room-queues.ts'

/** Handles each event at least once, those of one room in order. The store keeps its progress under its name. */
export type Reactor = Work & {
  /** Default: events of all types. */
  types?: readonly RoomEventType[] | undefined
}

/** A reactor at work. */
export type RunningReactor = {
  /** Starts it, if it has not started. Resolves when its position in the log is known. */
  begin(): Promise<void>
  close(): Promise<void>
}

const LEASE_MS = 6000
const RENEW_EVERY_MS = 2000
const SAVE_EVERY_MS = 1000

/** Events read at a time. */
const PAGE = 200

/** Rooms that may have events under way. */
const MAX_UNDER_WAY = 1000

/**
 * Runs a reactor on one of several servers that share a database; when that server dies, another takes over from the
 * same position. Nothing waits for it.
 */
export function startReactor(
  reactor: Reactor,
  { store, feed, log }: { store: Store; feed: EventFeed; log: Log },
): RunningReactor {
  const lease = createLease(store, `reactor ${reactor.name}`, LEASE_MS)
  const closing = new AbortController()
  const queues = createRoomQueues(reactor, {
    log,
    signal: closing.signal,
    onDone: wake,
    async readFirst(roomSid, { from, to }) {
      const { eventLog } = await store.open()
      const [event] = await eventLog.readAfter(from - 1, { roomSids: [roomSid], types: reactor.types, upTo: to }, 1)
      return event
    },
  })
  let beginning: Promise<void> | undefined
  let running: Promise<void> | undefined
  /** The last event that was handed to the queues, and the last that the store has as done, with all before it. */
  let readTo = 0
  let savedTo = 0
  let savedAt = 0
  /** Whether `readTo` is right: a server that takes the lease over must read the position anew. */
  let isPlaced = false
  let isWoken = false
  let wakeUp: () => void = () => undefined
  const listener = { onEvents: wake }

  function wake(): void {
    isWoken = true
    wakeUp()
  }

  async function begin(): Promise<void> {
    await feed.begin()
    const { eventCursors } = await store.open()
    // Records the position where there is none: this reactor begins with the next event.
    await eventCursors.find(reactor.name, feed.position())
    feed.listen(undefined, listener)
    running ??= run()
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      isWoken = false
      try {
        const holding = await lease.hold()
        if (holding === 'taken') isPlaced = false
        if (holding !== 'denied') await handOut()
        if (performance.now() - savedAt >= SAVE_EVERY_MS) await save()
      } catch (error) {
        if (!closing.signal.aborted) log.warn({ err: error, reactor: reactor.name }, 'a reactor has to wait')
      }
      await pause(queues.underWay() > 0 || savedTo < done() ? SAVE_EVERY_MS : RENEW_EVERY_MS)
    }
  }

  async function findPosition(): Promise<void> {
    const { eventCursors, eventLog } = await store.open()
    readTo = savedTo = await eventCursors.find(reactor.name, feed.position())
    const [pruned] = await eventLog.findPruned(readTo, undefined)
    isPlaced = true
    if (pruned === undefined) return
    const { lastId } = pruned
    log.warn({ reactor: reactor.name, after: readTo, upTo: lastId }, 'events were deleted before a reactor saw them')
  }

  async function handOut(): Promise<void> {
    if (!isPlaced) await findPosition()
    while (!closing.signal.aborted && queues.underWay() < MAX_UNDER_WAY) {
      const upTo = feed.position()
      if (readTo >= upTo) return
      const events = await read(upTo)
      for (const event of events) queues.add(event)
      readTo = events.length < PAGE ? upTo : Number(events.at(-1)?.id)
    }
  }

  async function read(upTo: number): Promise<readonly RoomEvent[]> {
    const { types } = reactor
    const recent = feed.since(readTo)
    if (recent !== undefined) {
      const chosen = recent.filter(({ event }) => types === undefined || types.includes(event.type))
      return chosen.slice(0, PAGE).map(({ event }) => event)
    }
    const { eventLog } = await store.open()
    return eventLog.readAfter(readTo, { types, upTo }, PAGE)
  }

  /** The last event that is done with all before it. */
  function done(): number {
    return Math.min(readTo, queues.firstUnderWay() - 1)
  }

  async function save(): Promise<void> {
    if (!lease.isHeld() || done() <= savedTo) return
    const lastId = done()
    const { eventCursors } = await store.open()
    await eventCursors.save(reactor.name, lastId)
    savedTo = lastId
    savedAt = performance.now()
  }

  async function pause(ms: number): Promise<void> {
    if (isWoken) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms).unref()
      wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  return {
    async begin() {
      beginning ??= begin()
      try {
        await beginning
      } catch (error) {
        beginning = undefined
        throw error
      }
    },
    async close() {
      closing.abort()
      feed.unlisten(undefined, listener)
      wake()
      await running
      // If this fails, events since the last save are handled again.
      await save().catch(() => undefined)
      await lease.release()
    },
  }
}
