import type { FollowedEvent, RoomSid } from '@roomkey/shared'
import type { EventLog } from '../store/event-log.ts'
import type { PrunedEvents } from '../store/prune-events.ts'
import type { EventSink } from './event-source.ts'
import type { EventFeed, FedEvent, Listener } from './feed.ts'
import type { Lifetimes, LifetimeMember } from './lifetimes.ts'
import type { Selection } from './selection.ts'
import { unavailable } from './unavailable.ts'

/** A room of a stream, and the id after which its events are sent. */
export type StreamRoom = { roomSid: string; after: number }

export type EventStreamOptions = {
  feed: EventFeed
  findLog: () => Promise<EventLog>
  lifetimes: Lifetimes
  selection: Selection
  /** `undefined`: all. */
  rooms: readonly StreamRoom[] | undefined
  /** The id of the last event that the reader has seen. */
  after: number
  sink: EventSink
}

/** Events of the past that are read at a time. */
const PAGE = 500

const NOTHING: readonly FedEvent[] = []

/** One reader's stream: what it missed, from the log; then what happens, from the feed; each once, in order, no gap. */
export class RoomEventStream implements Listener, LifetimeMember {
  endsAt = 0
  readonly #feed: EventFeed
  readonly #findLog: () => Promise<EventLog>
  readonly #lifetimes: Lifetimes
  readonly #selection: Selection
  readonly #sink: EventSink
  readonly #isOfSeveralRooms: boolean
  #rooms: readonly StreamRoom[] | undefined
  /** All events up to this id were sent: a reader that reconnects goes on after it. */
  #cursor: number
  #collected = NOTHING
  #isLive = false
  #isOver = false
  #onOver: (() => void) | undefined

  constructor({ feed, findLog, lifetimes, selection, rooms, after, sink }: EventStreamOptions) {
    this.#feed = feed
    this.#findLog = findLog
    this.#lifetimes = lifetimes
    this.#selection = selection
    this.#sink = sink
    this.#rooms = rooms
    this.#isOfSeveralRooms = rooms !== undefined && rooms.length > 1
    this.#cursor = after
  }

  /** Never fails: errors are sent to the reader. */
  async start(): Promise<void> {
    if (this.#isOver) return
    this.#lifetimes.add(this)
    try {
      await this.#catchUp()
    } catch (error) {
      this.fail(error)
    }
  }

  /** Calls back once when the stream is over, whoever ended it. */
  onOver(listener: () => void): void {
    this.#onOver = listener
  }

  /** The rooms it still tells of; `undefined`: all. */
  roomSids(): readonly string[] | undefined {
    return this.#rooms?.map((room) => room.roomSid)
  }

  /** Sends an entry that is not an event of the log. */
  send(entry: (id: string) => FollowedEvent): void {
    if (this.#isOver) return
    const id = String(this.#cursor)
    const data = entry(id)
    this.#sink.deliver([{ id, data, json: JSON.stringify(data) }])
  }

  /** Sends nothing more about a room; without the last one, the stream ends. */
  leave(roomSid: string): void {
    if (this.#rooms === undefined) return
    this.#rooms = this.#rooms.filter((room) => room.roomSid !== roomSid)
    this.#feed.unlisten(roomSid, this)
    if (this.#rooms.length === 0) this.end()
  }

  end(): void {
    if (this.#isOver) return
    this.stop()
    this.#sink.end()
  }

  /** Breaks off; the reader comes back. */
  cut(): void {
    if (this.#isOver) return
    this.stop()
    this.#sink.cut()
  }

  fail(error: unknown): void {
    if (this.#isOver) return
    this.stop()
    this.#sink.fail(error)
  }

  /** Lets go of everything; the reader is gone. */
  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#lifetimes.remove(this)
    this.#onOver?.()
    if (!this.#isLive) return
    for (const roomSid of this.roomSids() ?? [undefined]) this.#feed.unlisten(roomSid, this)
  }

  async #catchUp(): Promise<void> {
    await this.#catchUpFeed()
    this.#cursor = Math.min(this.#cursor, this.#feed.position())
    while (!this.#isOver) {
      if (this.#feed.since(this.#cursor) !== undefined) return this.#goLive()
      const upTo = this.#feed.position()
      const log = await this.#findLog()
      const events = await log.readAfter(
        this.#cursor,
        { roomSids: this.roomSids(), types: this.#selection.types, upTo },
        PAGE,
      )
      // Asked after reading: whatever was deleted before that is recorded by now.
      const pruned = await log.findPruned(this.#cursor, this.roomSids())
      if (this.#isOver) return
      this.#sendPruned(pruned)
      const fed = events.map((event) => ({ position: Number(event.id), event, json: JSON.stringify(event) }))
      const batch = this.#selection.choose(fed.filter((each) => this.#isWanted(each)))
      if (batch.length > 0) await this.#sink.replay(batch)
      this.#cursor = Math.max(this.#cursor, events.length < PAGE ? upTo : (fed.at(-1)?.position ?? upTo))
    }
  }

  /**
   * Makes this server know what the reader has seen, who may come from one that is ahead; or else the log was lost, and
   * its ids began anew.
   * @throws VideoError `STORE_UNAVAILABLE`: the reader would get again what it has seen
   */
  async #catchUpFeed(): Promise<void> {
    const seen = Math.max(this.#cursor, ...(this.#rooms ?? []).map(({ after }) => after))
    if (seen <= this.#feed.position()) return
    await this.#feed.catchUp()
    if (seen <= this.#feed.position()) return
    const log = await this.#findLog()
    if (seen > (await log.findLastId())) return
    throw unavailable('This server cannot read yet what the reader has seen; try again in a moment')
  }

  /** Events are deleted in the order of ids, so up to the last id here none is left, of any room. */
  #sendPruned(pruned: readonly PrunedEvents[]): void {
    for (const { roomSid, lastId } of pruned) {
      const room = this.#rooms?.find((each) => each.roomSid === roomSid)
      if (room !== undefined && lastId <= room.after) continue
      this.#cursor = lastId
      this.send((id) => ({ type: 'events-pruned', id, roomSid: roomSid as RoomSid | null }))
    }
  }

  /** Synchronous, so that no event falls between the log and the feed. */
  #goLive(): void {
    this.#isLive = true
    for (const roomSid of this.roomSids() ?? [undefined]) this.#feed.listen(roomSid, this)
    const missed = (this.#feed.since(this.#cursor) ?? []).filter((fed) => this.#isWanted(fed))
    const batch = this.#selection.choose(missed)
    if (batch.length > 0) this.#sink.deliver(batch)
    this.#cursor = this.#feed.position()
    this.send((id) => ({ type: 'caught-up', id }))
  }

  /** Events of several rooms that come together are sorted by id first. */
  onEvents(events: readonly FedEvent[], afterwards: (finish: () => void) => void): void {
    if (!this.#isOfSeveralRooms) return this.#deliver(events)
    if (this.#collected.length === 0) afterwards(() => this.#deliverCollected())
    // Mostly it is one room, whose list is shared by all its listeners.
    this.#collected = this.#collected.length === 0 ? events : [...this.#collected, ...events]
  }

  #deliver(events: readonly FedEvent[]): void {
    this.#cursor = events.at(-1)?.position ?? this.#cursor
    const batch = this.#selection.choose(events)
    if (batch.length > 0) this.#sink.deliver(batch)
  }

  #deliverCollected(): void {
    const collected = this.#collected
    this.#collected = NOTHING
    if (this.#isOver) return
    const isOrdered = collected.every(({ position }, index) => position > (collected[index - 1]?.position ?? 0))
    this.#deliver(isOrdered ? collected : collected.toSorted((a, b) => a.position - b.position))
  }

  #isWanted({ position, event }: FedEvent): boolean {
    if (position <= this.#cursor) return false
    if (this.#rooms === undefined) return true
    return this.#rooms.some(({ roomSid, after }) => roomSid === event.roomSid && position > after)
  }
}
