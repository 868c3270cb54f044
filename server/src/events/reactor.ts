import type { RoomEvent, RoomEventType } from '@roomkey/shared'
import type { Log } from '../core/log.ts'
import type { Store } from '../store/store.ts'
import type { EventFeed } from './feed.ts'
import { createLease } from './lease.ts'
import { createRoomQueues, type Work } from './room-queues.ts'

/** What is done about each event, at least once, of one room one after another. By its name the store knows how far it is. */
export type Reactor = Work & {
  /** Only events of these types; of all where left out. */
  types?: readonly RoomEventType[] | undefined
}

/** A reactor at work. */
export type RunningReactor = {
  /** Looks for the first time, or at once: there may be something to do. Resolves when it is known where to begin. */
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
 * Runs a reactor: of several servers on one database, on one; when that dies, on another, from where it was. Nobody
 * waits for it.
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
  /** Up to here events have been handed to the queues, and up to there the store knows that all is done. */
  let readTo = 0
  let savedTo = 0
  let savedAt = 0
  /** Whoever takes the lease goes on from where another may have come to meanwhile. */
  let isPlaced = false
  let isWoken = false
  let wakeUp: () => void = () => undefined
  const listener = { hear: wake }

  function wake(): void {
    isWoken = true
    wakeUp()
  }

  async function begin(): Promise<void> {
    await feed.begin()
    const { eventCursors } = await store.open()
    // An event that comes from now on finds that everything before it was somebody else's.
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

  /** Up to here all is done. */
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
      // To a database that is gone nothing is saved: what was done is done again.
      await save().catch(() => undefined)
      await lease.release()
    },
  }
}
