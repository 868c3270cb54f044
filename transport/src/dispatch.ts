import { TRPCError } from '@trpc/server'
import type { TRPCRequestInfo } from '@trpc/server/http'
import { contentTypeOf, requireJson } from './body.ts'
import { sendBatch, sendCall, sendFailure } from './json-response.ts'
import { readAccept, readRequestInfo, readTarget, type Call, type Target } from './request-info.ts'
import { sendByStockHandler } from './stock-handler.ts'
import { sendSubscription } from './stream/subscription.ts'
import { isUnloaded } from './trpc-internals.ts'
import type { TrpcRequest } from './trpc-request.ts'

/** Serves a request by the handler that is for its kind. Never rejects. */
export async function dispatch(trpcRequest: TrpcRequest): Promise<void> {
  const { request, reply } = trpcRequest
  let info: TRPCRequestInfo | undefined
  try {
    if (request.method === 'HEAD') {
      reply.code(204).send(null)
      return
    }
    const target = readTarget(trpcRequest)
    if (isForStockHandler(trpcRequest, target)) {
      await sendByStockHandler(trpcRequest)
      return
    }
    requireJson(request)
    info = readRequestInfo(trpcRequest, target)
    requireBatching(trpcRequest, info)
    await trpcRequest.createContext(info)
    if (info.isBatchCall) await sendBatch(trpcRequest, info)
    else if (info.type === 'subscription') await sendSubscription(trpcRequest, info, info.calls[0] as Call)
    else await sendCall(trpcRequest, info, info.calls[0] as Call)
  } catch (cause) {
    fail(trpcRequest, info, cause)
  }
}

function fail(trpcRequest: TrpcRequest, info: TRPCRequestInfo | undefined, cause: unknown): void {
  const { request, reply } = trpcRequest
  try {
    sendFailure(trpcRequest, info, cause)
  } catch (error) {
    // The host's error formatter or its `responseMeta` failed, so its error handler decides what to send.
    try {
      reply.send(error instanceof Error ? error : new Error('the error could not be sent', { cause: error }))
    } catch (last) {
      request.log.error({ err: last }, 'the response could not be sent')
      reply.raw.destroy()
    }
  }
}

function isForStockHandler(trpcRequest: TrpcRequest, { paths, isBatchCall }: Target): boolean {
  const { request, transport } = trpcRequest
  if (request.method !== 'POST' && request.method !== 'GET') return true
  const contentType = contentTypeOf(request)
  if (contentType === 'multipart/form-data' || contentType === 'application/octet-stream') return true
  if (readAccept(trpcRequest) === 'application/jsonl') return true
  const { sse } = transport
  const isPlainSse = sse?.enabled !== false && sse?.emitAndEndImmediately !== true
  return paths.some((path) => isUnloaded(transport.router, path)) || (!isPlainSse && !isBatchCall)
}

function requireBatching({ options }: TrpcRequest, { isBatchCall }: TRPCRequestInfo): void {
  if (!isBatchCall || (options.allowBatching ?? options.batching?.enabled ?? true)) return
  throw new TRPCError({ code: 'BAD_REQUEST', message: 'Batching is not enabled on the server' })
}
