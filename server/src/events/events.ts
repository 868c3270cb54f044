import type { FollowedEvent, RoomEventType } from '@roomkey/shared'
import type { Log } from '../core/log.ts'
import type { StreamTimes } from '../core/stream-times.ts'
import type { Store } from '../store/store.ts'
import { createRoomEventSource, type RoomEventSource } from './event-source.ts'
import { RoomEventStream } from './event-stream.ts'
import { createEventFeed, type EventFeed } from './feed.ts'
import { createIntake, type Intake } from './intake.ts'
import { Lifetimes } from './lifetimes.ts'
import { startReactor, type Reactor, type RunningReactor } from './reactor.ts'
import { createSelections } from './selection.ts'

/** What a reader asks for. */
export type StreamRequest = {
  /** `undefined`: all rooms. `lastEventId` as that of the whole stream; the later of the two counts. */
  rooms: readonly { roomSid: string; lastEventId?: string | undefined }[] | undefined
  /** `undefined`: from now on. */
  lastEventId: string | undefined
  types: readonly RoomEventType[] | undefined
  /** Is called when the stream begins. */
  onStart?: (stream: RoomEventStream) => void
}

/** Takes in events, which are stored, and publishes them to streams and reactors. */
export type Events = {
  intake: Intake
  feed: EventFeed
  /** A stream of what the reader missed, and then of what happens. */
  stream<TEvent extends FollowedEvent>(request: StreamRequest): Promise<RoomEventSource<TEvent>>
  /** Adds a reactor. It begins with the next event, or goes on where it was before a restart. */
  addReactor(reactor: Reactor): void
  close(): Promise<void>
}

/** Reactors resume this long after a start, so that they do not slow it down. */
const RESUME_AFTER_MS = 1000

/** Opens no database: the first event or the first listener does. */
export function createEvents(store: Store, log: Log, times: StreamTimes): Events {
  const feed = createEventFeed(store, log)
  const lifetimes = new Lifetimes(times)
  const select = createSelections()
  const reactors: RunningReactor[] = []
  const findLog = async () => (await store.open()).eventLog
  let resuming = setTimeout(resume, RESUME_AFTER_MS).unref()

  /** Begins the reactors after a restart; not where nothing was ever stored, so that no database is opened for it. */
  function resume(): void {
    if (reactors.length === 0 || !store.mayHoldRecords()) return
    beginReactors().catch((error: unknown) => {
      log.warn({ err: error }, 'what reacts to events has to wait for the database')
      resuming = setTimeout(resume, RESUME_AFTER_MS).unref()
    })
  }

  async function beginReactors(): Promise<void> {
    await Promise.all(reactors.map((reactor) => reactor.begin()))
  }

  return {
    intake: createIntake({ store, feed, beforeFirst: beginReactors }),
    feed,
    async stream<TEvent extends FollowedEvent>({ rooms, lastEventId, types, onStart }: StreamRequest) {
      await feed.begin()
      const now = feed.position()
      const after = (own: string | undefined) => Math.max(toNumber(own) ?? -1, toNumber(lastEventId) ?? -1)
      const begins = rooms?.map((room) => ({ roomSid: room.roomSid, after: orNow(after(room.lastEventId), now) }))
      return createRoomEventSource<TEvent>((sink) => {
        const stream = new RoomEventStream({
          feed,
          findLog,
          lifetimes,
          selection: select(types),
          rooms: begins,
          after:
            begins === undefined ? orNow(after(undefined), now) : Math.min(...begins.map((room) => room.after), now),
          sink,
        })
        onStart?.(stream)
        void stream.start()
        // Bound, so that it holds the stream, and nothing of what that was made of.
        return stream.stop.bind(stream)
      })
    },
    addReactor(reactor) {
      reactors.push(startReactor(reactor, { store, feed, log }))
    },
    async close() {
      clearTimeout(resuming)
      await Promise.all(reactors.map((reactor) => reactor.close()))
      feed.close()
    },
  }
}

function toNumber(id: string | undefined): number | undefined {
  return id === undefined ? undefined : Number(id)
}

function orNow(after: number, now: number): number {
  return after < 0 ? now : after
}
