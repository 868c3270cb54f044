import type { TrackedEnvelope } from '@trpc/server'
import { BroadcastQueue } from './broadcast-queue.ts'
import type { Attach } from './event-batch.ts'

/** A subscription that is fed batches of events: an async iterable of tracked events, which the transport knows by its kind. */
export type FedSubscription<TData = unknown> = AsyncIterable<TrackedEnvelope<TData>> & {
  /** @internal */
  [attachTo]: Attach
}

/** @internal */
export const attachTo = Symbol('roomkey.subscription.attachTo')

/** Whether a subscription is fed batches, and can be written from their shared bytes. */
export function isFedSubscription(value: unknown): value is FedSubscription {
  return value !== null && typeof value === 'object' && attachTo in value
}

/**
 * Makes a subscription of a source of your own: `attach` is called with each {@link Subscriber}, and returns what is
 * called when it is gone. The same {@link EventBatch} may be delivered to any number of subscribers: it is encoded once.
 * A subscriber that is too far behind for a batch's `maxQueuedBytes` is cut off, to come back for what it missed.
 */
export function createFedSubscription<TData>(
  attach: Attach,
  { signal, maxQueuedBytes = Infinity }: { signal?: AbortSignal | undefined; maxQueuedBytes?: number } = {},
): FedSubscription<TData> {
  return {
    [attachTo]: attach,
    [Symbol.asyncIterator]: () => new BroadcastQueue<TrackedEnvelope<TData>>(attach, maxQueuedBytes, signal),
  }
}
