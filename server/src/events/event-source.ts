import type { FollowedEvent } from '@roomkey/shared'
import type { EventSink } from './event-stream.ts'
import type { Batch } from './selection.ts'

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
      finish(() => {
        throw tooSlow()
      })
    },
    async replay(batch) {
      queue(batch)
      await new Promise<void>((resolve) => {
        drained = resolve
      })
    },
    end: () => finish(() => undefined),
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
export function tooSlow(): DOMException {
  return new DOMException('The subscriber reads too slowly', 'AbortError')
}
