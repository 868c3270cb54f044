import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { isTrackedEnvelope } from '../../rpc/call.ts'

/** A silent connection is dropped by what is between; a comment a quarter of a minute keeps it. */
const HEARTBEAT_MS = 15_000

/** Streams that are open: a closing server ends them, for they have no end of their own. */
export type OpenEventStreams = Set<() => void>

export type EventStreamOptions = {
  events: AsyncIterable<unknown>
  /** Ends what the call holds open. */
  abort: () => void
  streams: OpenEventStreams
  /** What is told to the caller when the events end in an error, as JSON. */
  describeError: (thrown: unknown) => string
}

/**
 * Sends events as they come: `id`, and `data` as JSON. An error is an event named `error`; a stream that has no more to
 * say ends. Source: the HTML standard, "Server-sent events".
 */
export function sendEvents(reply: FastifyReply, { events, abort, streams, describeError }: EventStreamOptions): void {
  const iterator = events[Symbol.asyncIterator]()
  let isOver = false
  let isReading = false

  const body = new Readable({
    read() {
      if (!isReading && !isOver) void pump()
    },
    destroy(error, done) {
      close()
      done(error)
    },
  })

  async function pump(): Promise<void> {
    isReading = true
    try {
      // One after the other, and no faster than the reader takes them.
      for (;;) {
        const { done, value } = await iterator.next()
        if (isOver) return
        if (done === true) return end()
        if (!body.push(toFrame(value))) return
      }
    } catch (thrown) {
      if (isOver) return
      body.push(`event: error\ndata: ${describeError(thrown)}\n\n`)
      end()
    } finally {
      isReading = false
    }
  }

  function end(): void {
    if (isOver) return
    close()
    body.push(null)
  }

  function close(): void {
    if (isOver) return
    isOver = true
    streams.delete(end)
    clearInterval(heartbeat)
    // First: a source that waits is woken by it.
    abort()
    void iterator.return?.()?.catch(() => undefined)
  }

  const heartbeat = setInterval(() => body.push(':\n\n'), HEARTBEAT_MS).unref()
  streams.add(end)
  // The head goes out at once, so that a client knows that it is connected.
  body.push(':\n\n')
  reply
    .code(200)
    .headers({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    .send(body)
}

function toFrame(value: unknown): string {
  if (!isTrackedEnvelope(value)) return `data: ${JSON.stringify(value)}\n\n`
  const [id, event] = value
  return `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`
}
