import { tracked, type TrackedEnvelope } from '@trpc/server'
import { dataFrame, shareFrame, type SharedFrame } from './frames.ts'

type Serialize = (data: unknown) => unknown

/** An event as a broadcast keeps it; `json` is its data as text, `undefined` for what JSON cannot hold. */
export type BroadcastEvent = { id: string; data: unknown; json: string | undefined }

/** Receives batches of events until it is detached. */
export type Subscriber = { deliver(batch: EventBatch): void; end(): void }

/** Events that travel together, encoded at most once for each serializer. */
export class EventBatch {
  readonly events: readonly BroadcastEvent[]
  /** What may wait for one subscriber before it is dropped; `Infinity` for events it missed. */
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

function encodeEvent({ id, data, json }: BroadcastEvent, serialize: Serialize): string {
  const serialized = serialize(data)
  return dataFrame(serialized === data ? json : JSON.stringify(serialized), id)
}
