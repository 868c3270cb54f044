import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import type { FastifyInstance, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { onlyBatches } from './batch-constraint.ts'
import { DRAIN_LIMIT, acceptBodies, toBodyError } from './body.ts'
import { dispatch } from './dispatch.ts'
import { sendFailure } from './json-response.ts'
import type { HandlerOptions, RoomkeyTRPCPluginOptions } from './options.ts'
import { setHeader } from './response-head.ts'
import { findDrift } from './trpc-internals.ts'
import { Transport, TrpcRequest } from './trpc-request.ts'

/**
 * Serves a tRPC router over HTTP, and over WebSockets with `useWSS`: a drop-in for tRPC's own `fastifyTRPCPlugin`, with
 * the same options and the same responses, several times as fast. Single and batched JSON calls and subscriptions over
 * server-sent events are served here; what is left (form data, binary bodies, streamed batches, unusual methods,
 * routers not loaded yet) goes to tRPC's own handler. So does everything when the installed `@trpc/server` is not as
 * known here, which a warning in the log tells.
 *
 * It differs on purpose: a body of any content type is capped at `maxBodySize` (default: Fastify's `bodyLimit`), and
 * one that is too large, of an unknown type or no UTF-8 is refused in tRPC's error shape; a batch's path may be longer
 * than Fastify's `maxParamLength`; a `vary` header set by others is kept; and parsers and error handlers of the server
 * around it stay as they are, even if it is wrapped in `fastify-plugin`.
 * @throws Error for `useWSS` without `@fastify/websocket`.
 */
export async function roomkeyTRPCPlugin<TRouter extends AnyTRPCRouter>(
  app: FastifyInstance,
  options: RoomkeyTRPCPluginOptions<TRouter>,
): Promise<void> {
  await register(app, options, isUnencapsulated(roomkeyTRPCPlugin))
}

/**
 * {@link roomkeyTRPCPlugin} by tRPC's name, and to the letter: wrapped in `fastify-plugin` it leaves the JSON bodies of
 * the server around it as text, as tRPC's does, for hosts that count on it.
 */
export async function fastifyTRPCPlugin<TRouter extends AnyTRPCRouter>(
  app: FastifyInstance,
  options: FastifyTRPCPluginOptions<TRouter>,
): Promise<void> {
  const isShared = isUnencapsulated(fastifyTRPCPlugin)
  if (isShared) {
    app.removeContentTypeParser('application/json')
    app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  }
  await register(app, options, isShared)
}

/** `fastify-plugin` marks what it wraps; Fastify then gives it the host itself, and leaves the prefix to it. */
function isUnencapsulated(plugin: object): boolean {
  return (plugin as Record<symbol, unknown>)[Symbol.for('skip-override')] === true
}

/** In a scope of its own, whose parsers and error handler are nobody else's. */
async function register<TRouter extends AnyTRPCRouter>(
  app: FastifyInstance,
  { prefix = '', useWSS, trpcOptions, sse }: RoomkeyTRPCPluginOptions<TRouter>,
  isHost: boolean,
): Promise<void> {
  const isApplied = !isHost && app.prefix.endsWith(prefix.replace(/^\//, ''))
  // One type for routers of any kind: what they differ in is between the caller and its procedures.
  const options = { ...trpcOptions, sse } as unknown as HandlerOptions
  await app.register(serveRouter, { ...(isApplied ? {} : { prefix }), useWSS, trpcOptions: options })
}

async function serveRouter(
  app: FastifyInstance,
  { useWSS, trpcOptions }: FastifyTRPCPluginOptions<AnyTRPCRouter>,
): Promise<void> {
  if (useWSS) await addWebSockets(app, trpcOptions)
  const drift = findDrift(trpcOptions.router)
  if (drift === undefined) {
    addRoutes(app, trpcOptions)
    return
  }
  app.log.warn(`@trpc/server is not as @roomkey/trpc-fastify knows it (${drift}): tRPC's own handler serves, slower`)
  const stock = await import('@trpc/server/adapters/fastify')
  await app.register(stock.fastifyTRPCPlugin, { trpcOptions })
}

async function addWebSockets(app: FastifyInstance, options: HandlerOptions): Promise<void> {
  if (!app.hasDecorator('websocketServer')) throw new Error('useWSS needs @fastify/websocket: register it before tRPC')
  const { getWSConnectionHandler } = await import('@trpc/server/adapters/ws')
  const connect = getWSConnectionHandler(options as unknown as Parameters<typeof getWSConnectionHandler>[0])
  const handle = (socket: Parameters<typeof connect>[0], request: FastifyRequest): void => connect(socket, request.raw)
  // The types of a route with a WebSocket are known only to those who have the package.
  app.get('', { websocket: true } as RouteShorthandOptions, handle as never)
}

function addRoutes(app: FastifyInstance, trpcOptions: HandlerOptions): void {
  const maxBodySize = trpcOptions.maxBodySize ?? app.initialConfig.bodyLimit ?? 1024 * 1024
  const transport = new Transport(app, { ...trpcOptions, maxBodySize })

  acceptBodies(app, maxBodySize)
  app.setErrorHandler((error, request, reply) => {
    const refusal = toBodyError(error, request)
    if (refusal === undefined) throw error
    if (isDeeper(request)) return reply.callNotFound()
    const trpcRequest = new TrpcRequest(transport, request, reply, '')
    reply.removeHeader('connection')
    if (!(Number(request.headers['content-length']) <= DRAIN_LIMIT)) setHeader(trpcRequest, 'connection', 'close')
    sendFailure(trpcRequest, undefined, refusal)
  })
  // Neither handler returns a promise: Fastify would take its end for the end of the response, and send another while
  // a hook of the host still works on this one.
  app.all('/:path', (request, reply) => {
    const { path } = request.params as { path: string }
    void dispatch(new TrpcRequest(transport, request, reply, path))
  })
  // Fastify caps the length of a parameter, but not of a wildcard, and a batch's path grows with its calls. Without a
  // prefix, a wildcard would take what is the host's.
  const isRoot = app.prefix.replaceAll('/', '') === ''
  app.all('/*', isRoot ? { constraints: onlyBatches(app) } : {}, (request, reply) => {
    if (isDeeper(request)) reply.callNotFound()
    else void dispatch(new TrpcRequest(transport, request, reply, wildcardOf(request) ?? ''))
  })
}

/** A wildcard also matches what lies deeper, where no procedure is. A slash inside a name comes as `%2F`. */
function isDeeper(request: FastifyRequest): boolean {
  const isWildcard = wildcardOf(request)?.includes('/') === true
  return isWildcard && countSlashes(pathOf(request)) !== countSlashes(request.routeOptions.url)
}

function wildcardOf({ params }: FastifyRequest): string | undefined {
  return (params as { '*'?: string })['*']
}

function pathOf({ raw }: FastifyRequest): string | undefined {
  return /^[^?#]*/.exec(raw.url ?? '')?.[0]
}

function countSlashes(path = ''): number {
  return path.split('/').length - 1
}
