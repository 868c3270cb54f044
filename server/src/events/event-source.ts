import type { FollowedEvent } from '@roomkey/shared'
import type { Batch } from './selection.ts'

/** Who reads a stream. */
export type EventSink = {
  /** Hands over what just happened. A reader that is too far behind is cut off. */
  deliver(batch: Batch): void
  /** Hands over what happened before. Resolves when the reader can take more. */
  replay(batch: Batch): Promise<void>
  /** There is no more to say. */
  end(): void
  /** Breaks off: the reader comes back for what it missed. */
  cut(): void
  /** Ends it with an error. */
  fail(error: unknown): void
}

export type { Batch }

/**
 * Events for one reader, as an async iterable. A reader that can take batches, which are shared between readers,
 * attaches a sink instead.
 */
export type RoomEventSource<TEvent extends FollowedEvent = FollowedEvent> = AsyncIterable<TEvent> & {
  /** Returns a function that detaches the sink. */
  attach(sink: EventSink): () => void
}

/** Whether a subscription's events are an {@link RoomEventSource}. */
export function isRoomEventSource(value: AsyncIterable<unknown>): value is RoomEventSource {
  return 'attach' in value && typeof value.attach === 'function'
}

/** Characters of JSON that may wait for one reader. */
const MAX_WAITING = 256 * 1024

export function createRoomEventSource<TEvent extends FollowedEvent>(
  attach: (sink: EventSink) => () => void,
): RoomEventSource<TEvent> {
  return {
    attach,
    [Symbol.asyncIterator]: () => iterate(attach) as AsyncIterator<TEvent>,
  }
}

async function* iterate(attach: (sink: EventSink) => () => void): AsyncGenerator<FollowedEvent> {
  const waiting: Batch[] = []
  let characters = 0
  let ending: (() => void) | undefined
  let wake: () => void = () => undefined
  let drained: () => void = () => undefined

  function finish(how: () => void): void {
    ending ??= how
    wake()
  }

  function queue(batch: Batch): void {
    waiting.push(batch)
    wake()
  }

  const detach = attach({
    deliver(batch) {
      characters += batch.reduce((sum, { json }) => sum + json.length, 0)
      if (characters <= MAX_WAITING) return queue(batch)
      waiting.length = 0
      finish(throwCut)
    },
    async replay(batch) {
      queue(batch)
      await new Promise<void>((resolve) => {
        drained = resolve
      })
    },
    end: () => finish(() => undefined),
    cut: () => finish(throwCut),
    fail(error) {
      finish(() => {
        throw error
      })
    },
  })
  try {
    for (;;) {
      const batch = waiting.shift()
      if (batch !== undefined) {
        for (const { data } of batch) yield data
        if (waiting.length === 0) characters = 0
        if (waiting.length === 0) drained()
      } else if (ending === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      } else {
        return ending()
      }
    }
  } finally {
    detach()
    drained()
  }
}

/** tRPC closes a stream that fails with an `AbortError` without an error event, so that the client reconnects. */
function throwCut(): never {
  throw new DOMException('The stream was cut off', 'AbortError')
}
