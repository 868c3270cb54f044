import { TRPCError } from '@trpc/server'
import type { TRPCRequestInfo } from '@trpc/server/http'
import { invoke, isAsyncIterable, reportError, shapeError, type Outcome } from '../invoke.ts'
import { readLastEventId, type Call, type CallOutline } from '../request-info.ts'
import { setHead, setHeader } from '../response-head.ts'
import { getTRPCErrorFromUnknown, isObservable, observableToAsyncIterable } from '../trpc-internals.ts'
import type { TrpcRequest } from '../trpc-request.ts'
import type { SendEventsOptions } from './event-stream.ts'
import { HEADERS } from './event-streams.ts'
import { requireTimelyPings } from './sse-options.ts'

/**
 * Runs a subscription and sends its events as they come. Errors of the call travel inside the stream, with status
 * 200: an `EventSource` can read nothing of a response that is not an event stream.
 */
export async function sendSubscription(trpcRequest: TrpcRequest, info: TRPCRequestInfo, call: Call): Promise<void> {
  const { reply, transport } = trpcRequest
  const outcome = await invoke(trpcRequest, info, call)
  requireTimelyPings(transport.sse)
  for (const [name, value] of HEADERS) reply.header(name, value)
  setHeader(trpcRequest, 'connection', 'keep-alive')
  setHead(trpcRequest, info, null, [])
  transport.streams.send(reply, toSource(info, call, outcome), new Subscription(trpcRequest, call))
}

/** What is needed of a subscription while its stream lasts: for when its source fails, or it has lasted long enough. */
class Subscription implements SendEventsOptions, CallOutline {
  readonly path: string
  readonly procedure: Call['procedure']
  readonly lastEventId: string | null
  readonly #trpcRequest: TrpcRequest
  readonly #input: unknown

  constructor(trpcRequest: TrpcRequest, { path, procedure, result }: Call) {
    this.path = path
    this.procedure = procedure
    this.lastEventId = readLastEventId(trpcRequest)
    this.#trpcRequest = trpcRequest
    this.#input = result()
    trpcRequest.forgetQuery()
  }

  result(): unknown {
    return this.#input
  }

  encodeError(cause: unknown): string {
    const error = getTRPCErrorFromUnknown(cause)
    reportError(this.#trpcRequest, error, this)
    return JSON.stringify(this.#trpcRequest.transport.serialize(shapeError(this.#trpcRequest, error, this)))
  }

  abort(): void {
    this.#trpcRequest.abort()
  }
}

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
