import { TRPCError } from '@trpc/server'
import type { TRPCRequestInfo } from '@trpc/server/http'
import { invoke, isStreamLike, reportError, shapeError, type Outcome } from './invoke.ts'
import type { Call } from './request-info.ts'
import { sendText, setHead, type Envelope } from './response-head.ts'
import { getTRPCErrorFromUnknown } from './trpc-internals.ts'
import type { TrpcRequest } from './trpc-request.ts'

/** Runs a single query or mutation and sends its result. */
export async function sendCall(trpcRequest: TrpcRequest, info: TRPCRequestInfo, call: Call): Promise<void> {
  const outcome = await invoke(trpcRequest, info, call)
  trpcRequest.reply.header('content-type', 'application/json')
  if (isStreamLike(outcome.data)) throw streamError()
  const { error } = outcome
  const envelope = toEnvelope(trpcRequest, outcome, call, info.type)
  setHead(trpcRequest, info, [envelope], [error])
  sendText(trpcRequest, JSON.stringify(toWire(trpcRequest, envelope)))
}

/** Runs a batch and sends an array in the order of its calls, once the slowest is done. */
export async function sendBatch(trpcRequest: TrpcRequest, info: TRPCRequestInfo): Promise<void> {
  const outcomes = await Promise.all(info.calls.map((call) => invoke(trpcRequest, info, call)))
  trpcRequest.reply.header('content-type', 'application/json')
  const errors: (TRPCError | undefined)[] = []
  const envelopes = info.calls.map((call, index) => {
    let outcome = outcomes[index] as Outcome
    if (isStreamLike(outcome.data)) outcome = { error: streamError() }
    errors.push(outcome.error)
    return toEnvelope(trpcRequest, outcome, call)
  })
  setHead(trpcRequest, info, envelopes, errors)
  sendText(trpcRequest, JSON.stringify(envelopes.map((envelope) => toWire(trpcRequest, envelope))))
}

/**
 * Sends the error of a request that failed as a whole: it could not be understood, or its response could not be made.
 * Like tRPC's own handler it names no content type of its own when the request failed before its calls ran.
 */
export function sendFailure(trpcRequest: TrpcRequest, info: TRPCRequestInfo | undefined, cause: unknown): void {
  const { reply } = trpcRequest
  const error = getTRPCErrorFromUnknown(cause)
  const type = info?.type ?? 'unknown'
  reportError(trpcRequest, error, undefined, type)
  const envelope = { error: shapeError(trpcRequest, error, undefined, type) }
  const text = JSON.stringify(toWire(trpcRequest, envelope))
  if (!reply.hasHeader('content-type')) reply.header('content-type', 'text/plain;charset=UTF-8')
  setHead(trpcRequest, info, [envelope], [error])
  sendText(trpcRequest, text)
}

function toEnvelope(
  trpcRequest: TrpcRequest,
  { data, error }: Outcome,
  call: Call,
  type?: TRPCRequestInfo['type'],
): Envelope {
  return error === undefined ? { result: { data } } : { error: shapeError(trpcRequest, error, call, type) }
}

function toWire({ transport }: TrpcRequest, envelope: Envelope): Envelope {
  return 'result' in envelope
    ? { result: { data: transport.serialize(envelope.result.data) } }
    : { error: transport.serialize(envelope.error) }
}

function streamError(): TRPCError {
  return new TRPCError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Cannot use stream-like response in non-streaming request - use httpBatchStreamLink',
  })
}
