import type { FastifyInstance, FastifyReply, RouteOptions, onSendHookHandler } from 'fastify'
import { EventStream, type SendEventsOptions, type StreamSettings } from './event-stream.ts'
import { PLAIN_FRAMES, type ControlFrames } from './frames.ts'
import { heartbeatEvery } from './heartbeat.ts'

/** How the streams of one scope behave. */
export type EventStreamsOptions = {
  /** A silent connection is dropped by what is between: for how long it may be. `null`: no pings. Default: 15,000. */
  pingMs?: number | null | undefined
  /** When a stream is ended, so that its reader comes back, to whichever server there is by then. Default: never. */
  maxDurationMs?: number | undefined
  /** @internal */
  frames?: ControlFrames
  /** @internal One function for all streams: a broadcast encodes once for each. */
  serialize?: (value: unknown) => unknown
}

/** Of a response that goes on, and is not to be kept back on its way. */
export const HEADERS = Object.entries({
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
})

/**
 * Server-sent events from routes of your own: a {@link Broadcast} for readers who do not speak tRPC, for one. Call it
 * before the routes are added to `app`; a server that closes ends the streams.
 *
 * @example
 * const streams = createEventStreams(app)
 * app.get('/headlines', (request, reply) => {
 *   streams.send(reply, headlines.subscribe({ lastEventId: String(request.headers['last-event-id'] ?? '') }))
 * })
 */
export function createEventStreams(app: FastifyInstance, options?: EventStreamsOptions): EventStreams {
  return new EventStreams(app, options)
}

/** What {@link createEventStreams} makes. */
export class EventStreams {
  readonly #settings: StreamSettings

  /** @internal */
  constructor(app: FastifyInstance, options: EventStreamsOptions = {}) {
    const { pingMs = 15_000, maxDurationMs, frames = PLAIN_FRAMES, serialize = identity } = options
    const heartbeat = pingMs !== null && pingMs > 0 && pingMs !== Infinity ? heartbeatEvery(pingMs) : undefined
    const open = new Set<EventStream>()
    this.#settings = { open, frames, serialize, heartbeat, maxDurationMs }
    app.addHook('onRoute', (route: RouteOptions) => {
      route.onSend = [...[route.onSend ?? []].flat(), writeDirectly]
    })
    // A closing server waits for its responses, and these have no end of their own.
    app.addHook('preClose', async () => {
      for (const stream of open) stream.cut()
    })
  }

  /**
   * Sends events as they come, from a broadcast or any other async iterable: tracked ones with their ids, data as JSON.
   * Headers that the reply has already are kept.
   */
  send(reply: FastifyReply, source: AsyncIterable<unknown>, options: SendEventsOptions = {}): void {
    for (const [name, value] of HEADERS) if (!reply.hasHeader(name)) reply.header(name, value)
    reply.send(new EventStream(this.#settings, reply.raw, source, options))
  }
}

/**
 * The last of a route's hooks: what it is handed is what goes out. Fastify would pipe a stream into the response, and
 * keep listeners, closures and a copy of the head for it, some three kilobytes for as long as a reader stays.
 */
const writeDirectly: onSendHookHandler = (request, reply, payload, done) => {
  const { raw } = reply
  // A response that a program reads has no socket: only a pipe knows how much of it has been read.
  if (!(payload instanceof EventStream) || request.method === 'HEAD' || 'isLightMyRequest' in raw) {
    done(null, payload)
    return
  }
  try {
    raw.writeHead(reply.statusCode, reply.getHeaders() as Record<string, string>)
  } catch (error) {
    done(error as Error)
    return
  }
  reply.hijack()
  payload.writeDirectly()
}

function identity(value: unknown): unknown {
  return value
}
