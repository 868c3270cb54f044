import { TRPCError, getTRPCErrorFromUnknown } from '@trpc/server'
import type { Exchange } from './exchange.ts'
import { invoke, isStreamLike, reportError, shapeError, type Outcome } from './invoke.ts'
import type { Call, RequestInfo } from './request-info.ts'
import { sendText, writeHead, type Envelope } from './respond.ts'

/** Answers a single query or mutation. */
export async function answerCall(exchange: Exchange, info: RequestInfo, call: Call): Promise<void> {
  const outcome = await invoke(exchange, info, call)
  exchange.reply.header('content-type', 'application/json')
  if (isStreamLike(outcome.data)) throw streamError()
  const { error } = outcome
  const envelope = toEnvelope(exchange, outcome, call, info.type)
  writeHead(exchange, info, [envelope], [error])
  sendText(exchange, JSON.stringify(toWire(exchange, envelope)))
}

/** Answers a batch with an array in the order of the calls, once the slowest is done. */
export async function answerBatch(exchange: Exchange, info: RequestInfo): Promise<void> {
  const outcomes = await Promise.all(info.calls.map((call) => invoke(exchange, info, call)))
  exchange.reply.header('content-type', 'application/json')
  const errors: (TRPCError | undefined)[] = []
  const envelopes = info.calls.map((call, index) => {
    let outcome = outcomes[index] as Outcome
    if (isStreamLike(outcome.data)) outcome = { error: streamError() }
    errors.push(outcome.error)
    return toEnvelope(exchange, outcome, call)
  })
  writeHead(exchange, info, envelopes, errors)
  sendText(exchange, JSON.stringify(envelopes.map((envelope) => toWire(exchange, envelope))))
}

/**
 * Answers a request that failed as a whole: it could not be understood, or its answer could not be made.
 * Like the stock adapter it names no content type when nothing was answered before.
 */
export function answerFailure(exchange: Exchange, info: RequestInfo | undefined, cause: unknown): void {
  const error = getTRPCErrorFromUnknown(cause)
  const type = info?.type ?? 'unknown'
  reportError(exchange, error, undefined, type)
  const envelope = { error: shapeError(exchange, error, undefined, type) }
  const text = JSON.stringify(toWire(exchange, envelope))
  if (!exchange.reply.hasHeader('content-type')) exchange.reply.header('content-type', 'text/plain;charset=UTF-8')
  writeHead(exchange, info, [envelope], [error])
  sendText(exchange, text)
}

function toEnvelope(exchange: Exchange, { data, error }: Outcome, call: Call, type?: RequestInfo['type']): Envelope {
  return error === undefined ? { result: { data } } : { error: shapeError(exchange, error, call, type) }
}

function toWire({ serialize }: Exchange, envelope: Envelope): Envelope {
  return 'result' in envelope
    ? { result: { data: serialize(envelope.result.data) } }
    : { error: serialize(envelope.error) }
}

function streamError(): TRPCError {
  return new TRPCError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Cannot use stream-like response in non-streaming request - use httpBatchStreamLink',
  })
}
