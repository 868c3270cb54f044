import { tracked, type TrackedEnvelope } from '@trpc/server'
import { dataFrame, shareFrame, type SharedFrame } from './frames.ts'

type Serialize = (data: unknown) => unknown

/** An event with its data as text, `undefined` for what JSON cannot hold. */
export type BroadcastEvent = { id: string; data: unknown; json: string | undefined }

/** Who reads a subscription: receives batches of events until it is detached. */
export type Subscriber = {
  deliver(batch: EventBatch): void
  /** Resolves when what was delivered has been taken, or the reader is gone. */
  drained(): Promise<void>
  /** There is no more to say. */
  end(): void
  /** Breaks off, so that the reader comes back: here, or to another server. */
  cut(): void
  /** Ends with an error. */
  fail(cause: unknown): void
}

/** Begins to feed a subscriber; what it returns is called when the subscriber is gone. */
export type Attach = (subscriber: Subscriber) => () => void

/** Events that travel together, encoded at most once for each serializer, however many read them. */
export class EventBatch {
  readonly events: readonly BroadcastEvent[]
  /** What may wait for one subscriber before it is dropped; `Infinity` for events it missed. */
  readonly maxQueuedBytes: number
  readonly #frames = new Map<Serialize, SharedFrame>()

  constructor(events: readonly BroadcastEvent[], maxQueuedBytes: number) {
    this.events = events
    this.maxQueuedBytes = maxQueuedBytes
  }

  encode(serialize: Serialize): SharedFrame {
    let frame = this.#frames.get(serialize)
    if (frame === undefined) {
      frame = shareFrame(this.events.map((event) => encodeEvent(event, serialize)).join(''))
      this.#frames.set(serialize, frame)
    }
    return frame
  }

  get characters(): number {
    return this.events.reduce((sum, { json }) => sum + (json?.length ?? 0), 0)
  }

  toTracked(): TrackedEnvelope<unknown>[] {
    return this.events.map(({ id, data }) => tracked(id, data))
  }
}

function encodeEvent({ id, data, json }: BroadcastEvent, serialize: Serialize): string {
  const serialized = serialize(data)
  return dataFrame(serialized === data ? json : JSON.stringify(serialized), id)
}
