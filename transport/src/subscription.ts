import { TRPCError, getTRPCErrorFromUnknown } from '@trpc/server'
import { isObservable, observableToAsyncIterable } from '@trpc/server/observable'
import { EventStream } from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { invoke, isAsyncIterable, reportError, shapeError, type Outcome } from './invoke.ts'
import type { RouterConfig } from './options.ts'
import { readLastEventId, type Call, type RequestInfo } from './request-info.ts'
import { writeHead } from './respond.ts'

const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  connection: 'keep-alive',
}

/**
 * Answers a subscription with server-sent events. Errors of the call travel inside the stream, with status 200:
 * an `EventSource` can read nothing of an answer that is not an event stream.
 */
export async function answerSubscription(exchange: Exchange, info: RequestInfo, call: Call): Promise<void> {
  const outcome = await invoke(exchange, info, call)
  const source = toSource(exchange, call, outcome)
  const { sse } = exchange.options.router._def._config
  requireTimelyPings(sse)
  exchange.reply.headers(HEADERS)
  writeHead(exchange, info, null, [])
  const { serialize } = exchange
  const stream = new EventStream(exchange.reply.raw, {
    source,
    serialize,
    encodeError: (cause) => {
      const error = getTRPCErrorFromUnknown(cause)
      reportError(exchange, error, call)
      return JSON.stringify(serialize(shapeError(exchange, error, call)))
    },
    lastEventId: readLastEventId(exchange),
    client: sse?.client,
    pingMs: sse?.ping?.enabled ? (sse.ping.intervalMs ?? DEFAULT_PING_MS) : undefined,
    // A call that failed holds nothing open.
    maxDurationMs: outcome.error === undefined ? sse?.maxDurationMs : undefined,
    onExpiry: () => exchange.abort(),
    streams: exchange.streams,
  })
  exchange.reply.send(stream)
}

const DEFAULT_PING_MS = 1000

function toSource(exchange: Exchange, call: Call, { data, error }: Outcome): AsyncIterable<unknown> {
  if (error !== undefined) return failing(error)
  if (isObservable(data)) return observableToAsyncIterable(data, exchange.signal)
  if (isAsyncIterable(data)) return data
  return failing(
    new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: `Subscription ${call.path} did not return an observable or a AsyncGenerator`,
    }),
  )
}

// oxlint-disable-next-line require-yield
async function* failing(error: TRPCError): AsyncGenerator<never> {
  throw error
}

function requireTimelyPings(sse: RouterConfig['sse']): void {
  const intervalMs = sse?.ping?.intervalMs ?? DEFAULT_PING_MS
  const reconnectMs = sse?.client?.reconnectAfterInactivityMs
  if (!sse?.ping?.enabled || !reconnectMs || intervalMs <= reconnectMs) return
  throw new Error(
    `Ping interval must be less than client reconnect interval to prevent unnecessary reconnection - ping.intervalMs: ${intervalMs} client.reconnectAfterInactivityMs: ${reconnectMs}`,
  )
}
