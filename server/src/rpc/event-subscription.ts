import { EventBatch, createFedSubscription, type FedSubscription, type Subscriber } from '@roomkey/trpc-fastify'
import { toTRPCError, toVideoError } from './error-shape.ts'
import type { Batch, EventSink, RoomEventSource } from '../events/event-source.ts'

/** Bytes that may wait for one reader of what just happened; it is let go, and comes back. */
const MAX_QUEUED_BYTES = 256 * 1024

// The same list of entries goes to all readers who chose alike: its bytes are made once.
const shared = new WeakMap<Batch, EventBatch>()

/** A stream of events as a subscription whose bytes the transport shares between readers. */
export function toSubscription(
  source: RoomEventSource,
  signal: AbortSignal | undefined,
  onEnd: () => void,
): FedSubscription {
  return createFedSubscription((subscriber) => new Sink(subscriber, onEnd).attachTo(source), {
    signal,
    maxQueuedBytes: MAX_QUEUED_BYTES,
  })
}

/** A class, since there are thousands: its methods are made once for all of them. */
class Sink implements EventSink {
  readonly #subscriber: Subscriber
  readonly #onEnd: () => void
  #stop: (() => void) | undefined

  constructor(subscriber: Subscriber, onEnd: () => void) {
    this.#subscriber = subscriber
    this.#onEnd = onEnd
  }

  /** Returns what lets go of the source. Bound, so that it holds nothing of what the source was made of. */
  attachTo(source: RoomEventSource): () => void {
    this.#stop = source.attach(this)
    return this.close.bind(this)
  }

  close(): void {
    this.#stop?.()
    this.#onEnd()
  }

  deliver(batch: Batch): void {
    this.#subscriber.deliver(share(batch))
  }

  replay(batch: Batch): Promise<void> {
    this.#subscriber.deliver(new EventBatch(batch, Infinity))
    return this.#subscriber.drained()
  }

  end(): void {
    this.#subscriber.end()
  }

  cut(): void {
    this.#subscriber.cut()
  }

  fail(error: unknown): void {
    this.#subscriber.fail(toTRPCError(toVideoError(error)))
  }
}

function share(batch: Batch): EventBatch {
  let known = shared.get(batch)
  if (known === undefined) shared.set(batch, (known = new EventBatch(batch, MAX_QUEUED_BYTES)))
  return known
}
