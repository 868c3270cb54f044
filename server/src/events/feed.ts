import type { RoomEvent } from '@roomkey/shared'
import type { Log } from '../core/log.ts'
import type { Store } from '../store/store.ts'

/** An event as it goes out: with its id as a number, and its JSON, made once for everybody. */
export type FedEvent = { position: number; event: RoomEvent; json: string }

/** Is called with events as they are stored. */
export type Listener = {
  /**
   * Events of its room that came together, in the order of ids; all listeners get the same list. A function passed to
   * `afterwards` is called once the listeners of all rooms have been called.
   */
  onEvents(events: readonly FedEvent[], afterwards: (finish: () => void) => void): void
}

/**
 * Events as they are stored, by this server or by another, in the order of their ids, each once. It begins with the
 * first that listens; what was before is in the log.
 */
export type EventFeed = {
  /** Resolves when the feed has begun. */
  begin(): Promise<void>
  /** All events up to this id have been handed out, or were before the feed began. */
  position(): number
  /** Takes what this server has stored; `previousId` tells whether others have stored something before it. */
  publish(stored: readonly RoomEvent[], previousId: number): void
  /** Reads what others have stored. Never fails: what could not be read is read later. */
  catchUp(): Promise<void>
  /** The events after `position`, if they are all still at hand; none of them is later than `position()`. */
  since(position: number): readonly FedEvent[] | undefined
  /** Listens to one room, or to all, to what comes after `position()`. */
  listen(room: string | undefined, listener: Listener): void
  unlisten(room: string | undefined, listener: Listener): void
  close(): void
}

/** Events kept in memory, for readers that reconnect soon. */
const RECENT = 1000
const READ = 1000
const RETRY_MS = 500

/** How often the log is read for events of other servers whose notification was lost. */
const LOOK_EVERY_MS = 5000

export function createEventFeed(store: Store, log: Log): EventFeed {
  const rooms = new Map<string, Set<Listener>>()
  const everything = new Set<Listener>()
  const recent: FedEvent[] = []
  /** All events after it, up to `position`, are among the recent. */
  let floor = 0
  let position: number | undefined
  let beginning: Promise<void> | undefined
  let pending: FedEvent[] = []
  let catchingUp: Promise<void> | undefined
  let mayBeMore = false
  let retry: NodeJS.Timeout | undefined
  let ignoreStore: () => void = () => undefined
  let lookout: NodeJS.Timeout | undefined
  let isClosed = false
  /** Counts anonymizations: events that were read before the last one must be read again. */
  let renamings = 0

  async function start(): Promise<void> {
    const { eventLog, changes } = await store.open()
    ignoreStore = changes.listen(({ kind }) => {
      if (kind === 'events' || kind === 'anything') void catchUp()
      if (kind === 'anonymized' || kind === 'anything') forgetRecent()
    })
    position = floor = await eventLog.findLastId()
    if (store.location.kind === 'postgres') lookout = setInterval(() => void catchUp(), LOOK_EVERY_MS).unref()
  }

  function accept(events: readonly RoomEvent[]): void {
    for (const event of events) {
      const id = Number(event.id)
      if (position === undefined || id <= position) continue
      const fed = { position: id, event, json: JSON.stringify(event) }
      position = id
      recent.push(fed)
      if (pending.length === 0) setImmediate(flush)
      pending.push(fed)
    }
    for (const { position: dropped } of recent.splice(0, recent.length - RECENT)) floor = dropped
  }

  /** After an anonymization: readers that reconnect read the log, not what is kept in memory. */
  function forgetRecent(): void {
    renamings++
    recent.length = 0
    floor = position ?? 0
  }

  // Events of one turn of the event loop are published together.
  function flush(): void {
    if (pending.length === 0) return
    const events = pending
    pending = []
    const finishing: (() => void)[] = []
    const afterwards = (finish: () => void) => void finishing.push(finish)
    const byRoom = Map.groupBy(events, ({ event }) => event.roomSid as string)
    for (const [roomSid, ofRoom] of byRoom) {
      for (const listener of rooms.get(roomSid) ?? []) listener.onEvents(ofRoom, afterwards)
    }
    for (const listener of everything) listener.onEvents(events, afterwards)
    for (const finish of finishing) finish()
  }

  async function read(): Promise<void> {
    try {
      const { eventLog } = await store.open()
      for (let isFull = true; isFull || mayBeMore;) {
        mayBeMore = false
        const asOf = renamings
        const events = await eventLog.readAfter(position ?? 0, {}, READ)
        isFull = events.length === READ
        if (renamings === asOf) accept(events)
        else mayBeMore = true
      }
    } catch (error) {
      if (isClosed) return
      log.warn({ err: error }, 'new events could not be read; it will be tried again')
      retry ??= setTimeout(() => {
        retry = undefined
        void catchUp()
      }, RETRY_MS).unref()
    }
  }

  async function catchUp(): Promise<void> {
    if (position === undefined || isClosed) return
    mayBeMore = true
    catchingUp ??= read().finally(() => {
      catchingUp = undefined
    })
    await catchingUp
  }

  return {
    async begin() {
      if (position !== undefined) return
      beginning ??= start()
      try {
        await beginning
      } finally {
        beginning = undefined
      }
    },
    position: () => position ?? 0,
    publish(stored, previousId) {
      if (position === undefined) return
      if (catchingUp === undefined && previousId <= position) accept(stored)
      else void catchUp()
    },
    catchUp,
    since: (after) => (after < floor ? undefined : recent.filter((fed) => fed.position > after)),
    listen(room, listener) {
      flush()
      const listeners = room === undefined ? everything : (rooms.get(room) ?? new Set())
      if (room !== undefined) rooms.set(room, listeners)
      listeners.add(listener)
    },
    unlisten(room, listener) {
      const listeners = room === undefined ? everything : rooms.get(room)
      listeners?.delete(listener)
      if (room !== undefined && listeners?.size === 0) rooms.delete(room)
    },
    close() {
      isClosed = true
      ignoreStore()
      clearInterval(lookout)
      clearTimeout(retry)
    },
  }
}
