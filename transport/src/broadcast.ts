import { randomBytes } from 'node:crypto'
import { tracked, type TrackedEnvelope } from '@trpc/server'
import { BroadcastQueue } from './broadcast-queue.ts'
import { dataFrame, shareFrame, type SharedFrame } from './frames.ts'

export type BroadcastOptions = {
  /** Events kept for subscribers that come back; default 1,000. */
  keepEvents?: number
  /** Characters of JSON kept for them, in sum; default 1 Mi. */
  keepCharacters?: number
  /** Bytes that may wait for one slow subscriber before it is dropped; default 256 KiB. */
  maxQueuedBytes?: number
}

/**
 * One source of events for many subscribers. Each event is serialised once, and the same bytes go to everyone.
 *
 * A subscription procedure returns `broadcast.subscribe({ lastEventId, signal })` as it is; the transport knows it
 * by its kind and writes the shared bytes. Anywhere else it is an ordinary async iterable of tracked events.
 */
export type Broadcast<TData> = {
  /**
   * Sends an event to all subscribers before the next turn of the event loop; events of one turn travel together.
   * Without an `id` it gets one that later events exceed in order but not in meaning. Returns the id.
   */
  publish(data: TData, options?: { id?: string }): string
  /**
   * With the id of the last event seen, starts with what followed it. An id that is no longer kept starts with
   * everything that is: ask `has` first where a gap matters.
   */
  subscribe(options?: { lastEventId?: string | null; signal?: AbortSignal }): BroadcastSubscription<TData>
  /** Whether a subscriber that saw this event last can go on without a gap. */
  has(id: string): boolean
  readonly subscriberCount: number
  /** Ends all subscriptions, as a subscription ends that has no more to say. */
  close(): void
}

export type BroadcastSubscription<TData = unknown> = AsyncIterable<TrackedEnvelope<TData>> & {
  /** @internal */
  [attachTo](subscriber: Subscriber): () => void
}

/** @internal Receives batches of events until it is detached. */
export type Subscriber = { deliver(batch: EventBatch): void; end(): void }

/** @internal */
export const attachTo = Symbol('roomkey.broadcast.attachTo')

export function isBroadcastSubscription(value: unknown): value is BroadcastSubscription {
  return value !== null && typeof value === 'object' && attachTo in value
}

type Serialize = (data: unknown) => unknown
type BroadcastEvent = { id: string; data: unknown; json: string | undefined }

/** @internal Events that travel together, encoded at most once for each serializer. */
export class EventBatch {
  readonly events: readonly BroadcastEvent[]
  readonly maxQueuedBytes: number
  #frame: SharedFrame | undefined
  #serialize: Serialize | undefined

  constructor(events: readonly BroadcastEvent[], maxQueuedBytes: number) {
    this.events = events
    this.maxQueuedBytes = maxQueuedBytes
  }

  encode(serialize: Serialize): SharedFrame {
    if (this.#frame === undefined || this.#serialize !== serialize) {
      this.#frame = shareFrame(this.events.map((event) => encodeEvent(event, serialize)).join(''))
      this.#serialize = serialize
    }
    return this.#frame
  }

  get characters(): number {
    return this.events.reduce((sum, { json }) => sum + (json?.length ?? 0), 0)
  }

  toTracked(): TrackedEnvelope<unknown>[] {
    return this.events.map(({ id, data }) => tracked(id, data))
  }
}

export function createBroadcast<TData>(options: BroadcastOptions = {}): Broadcast<TData> {
  const { keepEvents = 1000, keepCharacters = 1024 * 1024, maxQueuedBytes = 256 * 1024 } = options
  const subscribers = new Set<Subscriber>()
  const kept: BroadcastEvent[] = []
  // Ids of another life of this process must not be taken for ours.
  const prefix = randomBytes(6).toString('base64url')
  let keptCharacters = 0
  let sequence = 0
  let pending: BroadcastEvent[] = []
  let isClosed = false

  return {
    publish(data, { id = `${prefix}-${++sequence}` } = {}) {
      const [eventId] = tracked(id, data)
      const event = { id: eventId, data, json: JSON.stringify(data) as string | undefined }
      keep(event)
      if (subscribers.size === 0) return id
      if (pending.length === 0) setImmediate(flush)
      pending.push(event)
      return id
    },
    subscribe: ({ lastEventId, signal } = {}) => {
      const attach = (subscriber: Subscriber): (() => void) => {
        flush()
        const missed = missedSince(lastEventId)
        if (missed.length > 0) subscriber.deliver(new EventBatch(missed, Infinity))
        if (isClosed) subscriber.end()
        else subscribers.add(subscriber)
        return () => subscribers.delete(subscriber)
      }
      return {
        [attachTo]: attach,
        [Symbol.asyncIterator]: () => new BroadcastQueue<TrackedEnvelope<TData>>(attach, maxQueuedBytes, signal),
      }
    },
    has: (id) => kept.some((event) => event.id === id),
    get subscriberCount() {
      return subscribers.size
    },
    close() {
      flush()
      isClosed = true
      for (const subscriber of subscribers) subscriber.end()
      subscribers.clear()
    },
  }

  function flush(): void {
    if (pending.length === 0) return
    const batch = new EventBatch(pending, maxQueuedBytes)
    pending = []
    for (const subscriber of subscribers) subscriber.deliver(batch)
  }

  function keep(event: BroadcastEvent): void {
    kept.push(event)
    keptCharacters += event.json?.length ?? 0
    while (kept.length > keepEvents || (keptCharacters > keepCharacters && kept.length > 0)) {
      keptCharacters -= kept.shift()?.json?.length ?? 0
    }
  }

  function missedSince(lastEventId: string | null | undefined): BroadcastEvent[] {
    if (!lastEventId) return []
    return kept.slice(kept.findIndex((event) => event.id === lastEventId) + 1)
  }
}

function encodeEvent({ id, data, json }: BroadcastEvent, serialize: Serialize): string {
  const serialized = serialize(data)
  return dataFrame(serialized === data ? json : JSON.stringify(serialized), id)
}
