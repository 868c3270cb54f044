import { randomBytes } from 'node:crypto'
import { tracked } from '@trpc/server'
import { EventBatch, type BroadcastEvent, type Subscriber } from './event-batch.ts'
import { createFedSubscription, type FedSubscription } from './fed-subscription.ts'

/** How much a broadcast remembers, and how far a subscriber may fall behind. */
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
   * Without an `id` the event gets one that no other event ever has. Returns the id.
   */
  publish(data: TData, options?: { id?: string }): string
  /**
   * With the id of the last event seen, starts with what followed it. Where that event is no longer kept, starts with
   * all that are: ask `has` first where a gap matters.
   */
  subscribe(options?: { lastEventId?: string | null; signal?: AbortSignal }): BroadcastSubscription<TData>
  /** Whether a subscriber that saw this event last can go on without a gap. */
  has(id: string): boolean
  readonly subscriberCount: number
  /** Ends all subscriptions, as a subscription ends that has no more to say. */
  close(): void
}

/** What {@link Broadcast.subscribe} returns. */
export type BroadcastSubscription<TData = unknown> = FedSubscription<TData>

/**
 * Makes a {@link Broadcast}.
 *
 * @example
 * const news = createBroadcast<{ headline: string }>()
 * const feed = t.procedure
 *   .input(z.object({ lastEventId: z.string().optional() }).optional())
 *   .subscription(({ input, signal }) => news.subscribe({ lastEventId: input?.lastEventId, signal }))
 * news.publish({ headline: 'It works' })
 */
export function createBroadcast<TData>(options: BroadcastOptions = {}): Broadcast<TData> {
  const { keepEvents = 1000, keepCharacters = 1024 * 1024, maxQueuedBytes = 256 * 1024 } = options
  const subscribers = new Set<Subscriber>()
  const kept: BroadcastEvent[] = []
  // Random, so that an id from before a restart is not taken for one of now.
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
      return createFedSubscription<TData>(attach, { signal, maxQueuedBytes })
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
