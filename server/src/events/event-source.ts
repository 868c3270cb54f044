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
 * Events for one reader: an async iterable as any other; who can take many at once, in one list that is the same for
 * all readers, attaches a sink instead.
 */
export type EventSource<TEvent extends FollowedEvent = FollowedEvent> = AsyncIterable<TEvent> & {
  /** Returns what lets go of it. */
  attach(sink: EventSink): () => void
}

/** Whether a subscription's events are an {@link EventSource}. */
export function isEventSource(value: AsyncIterable<unknown>): value is EventSource {
  return 'attach' in value && typeof value.attach === 'function'
}

/** Characters of JSON that may wait for one reader. */
const MAX_WAITING = 256 * 1024

export function createEventSource<TEvent extends FollowedEvent>(
  attach: (sink: EventSink) => () => void,
): EventSource<TEvent> {
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

/** By its name tRPC closes the stream without a last word, so that the client comes back for what it missed. */
function throwCut(): never {
  throw new DOMException('The stream was cut off', 'AbortError')
}
