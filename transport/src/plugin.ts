import { TRPCError, type AnyTRPCRouter } from '@trpc/server'
import { fastifyRequestHandler, type FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { DRAIN_LIMIT, acceptBodies, contentTypeOf, requireJson, toBodyError } from './body.ts'
import { Exchange, type Transport } from './exchange.ts'
import { answerBatch, answerCall, answerFailure } from './json.ts'
import type { HandlerOptions } from './options.ts'
import {
  isUnloaded,
  readAccept,
  readRequestInfo,
  readTarget,
  type Call,
  type RequestInfo,
  type Target,
} from './request-info.ts'
import { answerSubscription } from './subscription.ts'

/**
 * Serves a tRPC router over HTTP: a drop-in for tRPC's `fastifyTRPCPlugin`, with the same options and the same
 * answers, several times as fast. Single and batched JSON calls and subscriptions over server-sent events are
 * served here; what is left (form data, binary bodies, streamed batches, unusual methods, routers not loaded yet)
 * goes to tRPC's own handler.
 *
 * It differs on purpose in three places: a body of any content type is capped at `maxBodySize` (default: Fastify's
 * `bodyLimit`), and one that is too large or of an unknown type is refused in tRPC's error shape; a batch's path may
 * be longer than Fastify's `maxParamLength`; and a `vary` header set by others is kept.
 * @throws TypeError for `useWSS`: WebSockets are served by tRPC's plugin only.
 */
export async function roomkeyTRPCPlugin<TRouter extends AnyTRPCRouter>(
  app: FastifyInstance,
  { trpcOptions, useWSS }: FastifyTRPCPluginOptions<TRouter>,
): Promise<void> {
  if (useWSS)
    throw new TypeError('useWSS is not served here; register fastifyTRPCPlugin of @trpc/server for WebSockets')
  const maxBodySize = trpcOptions.maxBodySize ?? app.initialConfig.bodyLimit ?? 1024 * 1024
  const transport: Transport = {
    options: { ...trpcOptions, maxBodySize } as unknown as HandlerOptions,
    serialize: (value) => trpcOptions.router._def._config.transformer.output.serialize(value),
    streams: new Set(),
  }
  const slashes = countSlashes(app.prefix) + 1

  acceptBodies(app, maxBodySize)
  app.setErrorHandler((error, request, reply) => {
    const refusal = toBodyError(error, request)
    if (refusal === undefined) throw error
    if (hasMoreSegments(request)) return reply.callNotFound()
    if (Number(request.headers['content-length']) <= DRAIN_LIMIT) reply.removeHeader('connection')
    answerFailure(new Exchange(transport, request, reply, ''), undefined, refusal)
  })
  // A closing server waits for its answers, and these have no end of their own.
  app.addHook('preClose', async () => {
    for (const stream of transport.streams) stream.cut()
  })
  // A wildcard, because Fastify caps the length of a named parameter and a batch's path grows with its calls.
  app.all('/*', (request, reply) => {
    if (hasMoreSegments(request)) {
      reply.callNotFound()
      return undefined
    }
    return answer(new Exchange(transport, request, reply, procedurePathOf(request)))
  })

  /** A wildcard also matches what lies deeper, where no procedure is. A slash inside a name comes as `%2F`. */
  function hasMoreSegments(request: FastifyRequest): boolean {
    return procedurePathOf(request).includes('/') && countSlashes(urlPathOf(request)) !== slashes
  }
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, reply } = exchange
  if (request.method === 'HEAD') {
    reply.code(204).send(null)
    return
  }
  let info: RequestInfo | undefined
  try {
    const target = readTarget(exchange)
    if (isForStockHandler(exchange, target)) {
      await passOn(exchange)
      return
    }
    requireJson(request)
    info = readRequestInfo(exchange, target)
    requireBatching(exchange, info)
    const pending = exchange.createContext(info)
    if (pending !== undefined) await pending
    if (info.isBatchCall) await answerBatch(exchange, info)
    else if (info.type === 'subscription') await answerSubscription(exchange, info, info.calls[0] as Call)
    else await answerCall(exchange, info, info.calls[0] as Call)
  } catch (cause) {
    answerFailure(exchange, info, cause)
  }
}

function isForStockHandler(exchange: Exchange, { paths, isBatchCall }: Target): boolean {
  const { request, options } = exchange
  if (request.method !== 'POST' && request.method !== 'GET') return true
  const contentType = contentTypeOf(request)
  if (contentType === 'multipart/form-data' || contentType === 'application/octet-stream') return true
  if (readAccept(exchange) === 'application/jsonl') return true
  const { sse } = options.router._def._config
  const isPlainSse = sse?.enabled !== false && sse?.emitAndEndImmediately !== true
  return paths.some((path) => isUnloaded(options.router, path)) || (!isPlainSse && !isBatchCall)
}

async function passOn({ options, request, reply, path }: Exchange): Promise<void> {
  await fastifyRequestHandler({ ...options, req: request, res: reply, path })
}

function requireBatching({ options }: Exchange, { isBatchCall }: RequestInfo): void {
  if (!isBatchCall || (options.allowBatching ?? options.batching?.enabled ?? true)) return
  throw new TRPCError({ code: 'BAD_REQUEST', message: 'Batching is not enabled on the server' })
}

function procedurePathOf({ params }: FastifyRequest): string {
  return (params as { '*': string })['*']
}

function urlPathOf(request: FastifyRequest): string {
  return /^[^?#]*/.exec(request.raw.url ?? '')?.[0] ?? ''
}

function countSlashes(path: string): number {
  return path.split('/').length - 1
}
