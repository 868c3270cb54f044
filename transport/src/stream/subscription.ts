import { TRPCError } from '@trpc/server'
import type { TRPCRequestInfo } from '@trpc/server/http'
import { invoke, isAsyncIterable, reportError, shapeError, type Outcome } from '../invoke.ts'
import { readLastEventId, type Call } from '../request-info.ts'
import { setHead, setHeader } from '../response-head.ts'
import {
  getTRPCErrorFromUnknown,
  isObservable,
  observableToAsyncIterable,
  type RouterConfig,
} from '../trpc-internals.ts'
import type { TrpcRequest } from '../trpc-request.ts'
import { EventStream } from './event-stream.ts'

const HEADERS = Object.entries({
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  connection: 'keep-alive',
})

/**
 * Runs a subscription and sends its events as they come. Errors of the call travel inside the stream, with status
 * 200: an `EventSource` can read nothing of a response that is not an event stream.
 */
export async function sendSubscription(trpcRequest: TrpcRequest, info: TRPCRequestInfo, call: Call): Promise<void> {
  const { reply, transport } = trpcRequest
  const outcome = await invoke(trpcRequest, info, call)
  const { sse } = transport.config
  requireTimelyPings(sse)
  for (const [name, value] of HEADERS) setHeader(trpcRequest, name, value)
  setHead(trpcRequest, info, null, [])
  const stream = new EventStream({
    response: reply.raw,
    source: toSource(info, call, outcome),
    serialize: transport.serialize,
    encodeError: (cause) => {
      const error = getTRPCErrorFromUnknown(cause)
      reportError(trpcRequest, error, call)
      return JSON.stringify(transport.serialize(shapeError(trpcRequest, error, call)))
    },
    lastEventId: readLastEventId(trpcRequest),
    client: sse?.client,
    pingMs: sse?.ping?.enabled ? (sse.ping.intervalMs ?? DEFAULT_PING_MS) : undefined,
    // A call that failed holds nothing open.
    maxDurationMs: outcome.error === undefined ? sse?.maxDurationMs : undefined,
    onExpiry: () => trpcRequest.abort(),
    streams: transport.streams,
  })
  reply.send(stream)
}

const DEFAULT_PING_MS = 1000

function toSource(info: TRPCRequestInfo, call: Call, { data, error }: Outcome): AsyncIterable<unknown> {
  if (error !== undefined) return failing(error)
  if (isObservable(data)) return observableToAsyncIterable(data, info.signal)
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
