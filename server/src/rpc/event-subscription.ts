import { EventBatch, createFedSubscription, type FedSubscription, type Subscriber } from '@roomkey/trpc-fastify'
import { toTRPCError, toVideoError } from './error-shape.ts'
import type { Batch, EventSink, EventSource } from '../events/event-source.ts'

/** Bytes that may wait for one reader of what just happened; it is let go, and comes back. */
const MAX_QUEUED_BYTES = 256 * 1024

// The same list of entries goes to all readers who chose alike: its bytes are made once.
const shared = new WeakMap<Batch, EventBatch>()

/** A stream of events as a subscription whose bytes the transport shares between readers. */
export function toSubscription(source: EventSource, signal: AbortSignal | undefined): FedSubscription {
  return createFedSubscription((subscriber) => source.attach(toSink(subscriber)), {
    signal,
    maxQueuedBytes: MAX_QUEUED_BYTES,
  })
}

function toSink(subscriber: Subscriber): EventSink {
  return {
    deliver: (batch) => subscriber.deliver(share(batch)),
    replay(batch) {
      subscriber.deliver(new EventBatch(batch, Infinity))
      return subscriber.drained()
    },
    end: () => subscriber.end(),
    cut: () => subscriber.cut(),
    fail: (error) => subscriber.fail(toTRPCError(toVideoError(error))),
  }
}

function share(batch: Batch): EventBatch {
  let known = shared.get(batch)
  if (known === undefined) shared.set(batch, (known = new EventBatch(batch, MAX_QUEUED_BYTES)))
  return known
}
