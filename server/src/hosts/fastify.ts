import type { IncomingMessage } from 'node:http'
import type { TRPCError } from '@trpc/server'
import type { CreateFastifyContextOptions, FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import type { ResponseMeta } from '@trpc/server/http'
import { roomkeyTRPCPlugin } from '@roomkey/trpc-fastify'
import type { FastifyInstance } from 'fastify'
import type { UpgradeHandler } from '../embedded/upgrade.ts'
import { BODY_LIMIT, addEarlyRefusal } from '../http/early-refusal.ts'
import { addErrorHandler } from '../http/error-handler.ts'
import { logFailure } from '../http/log.ts'
import { createRequestLog } from '../http/request-log.ts'
import type { Roomkey } from '../roomkey.ts'
import { rememberRequestId, toVideoError } from '../rpc/error-shape.ts'
import type { AppRouter } from '../rpc/router.ts'
import { fromFastify } from './call-source.ts'

export type RoomkeyPluginOptions = {
  roomkey: Roomkey
  /** Calls that may travel in one request; default 50. */
  maxBatchSize?: number
}

/**
 * Roomkey's procedures as a Fastify plugin: `app.register(roomkeyPlugin, { prefix: '/trpc', roomkey })`. It keeps
 * to its own scope: error shape, body limit and parsers of the server around it stay as they are. With the
 * embedded emulator it also carries signalling, at `/emulator/…` of the server, outside the prefix. The caller
 * closes `roomkey`.
 */
export async function roomkeyPlugin(app: FastifyInstance, options: RoomkeyPluginOptions): Promise<void> {
  app.setChildLoggerFactory(createRequestLog)
  await addProcedures(app, options)
}

/** As {@link roomkeyPlugin}, for a server that makes the logs of its requests itself. */
export async function addProcedures(
  app: FastifyInstance,
  { roomkey, maxBatchSize = 50 }: RoomkeyPluginOptions,
): Promise<void> {
  addErrorHandler(app)
  addEarlyRefusal(app, maxBatchSize)
  await app.register(roomkeyTRPCPlugin, {
    trpcOptions: {
      router: roomkey.router,
      maxBodySize: BODY_LIMIT,
      // Whatever spelling the early refusal did not think of.
      maxBatchSize,
      createContext: ({ req }: CreateFastifyContextOptions) => roomkey.createContext(fromFastify(req)),
      onError: ({ error, path, req }) => {
        rememberRequestId(error, req.id)
        logFailure(req.log, toVideoError(error), path)
      },
      responseMeta: ({ errors }) => retryAfterHeaders(errors),
    },
  } satisfies FastifyTRPCPluginOptions<AppRouter>)
  const { upgrades } = roomkey
  if (upgrades === undefined) return
  carrySignalling(app, upgrades)
  app.addHook('preClose', async () => upgrades.close())
}

/** For clients and proxies that know HTTP but not our errors: `retry-after`, the longest of a batch. */
function retryAfterHeaders(errors: readonly TRPCError[]): ResponseMeta {
  const seconds = errors.map((error) => toVideoError(error).retryAfterSeconds ?? 0)
  const longest = Math.max(0, ...seconds)
  return longest > 0 ? { headers: { 'retry-after': String(longest) } } : {}
}

/** The emulator's WebSockets come to the server's own port; requests to upgrade that nobody serves stay HTTP/1.1. */
function carrySignalling({ server }: FastifyInstance, upgrades: UpgradeHandler): void {
  server.on('upgrade', (request, socket, head) => {
    if (upgrades.accepts(request)) upgrades.handle(request, socket, head)
  })
  const hasOthers = () => server.listenerCount('upgrade') > 1
  // As Node asks by default, but that a listener of ours is none for whatever is not ours.
  Object.assign(server, {
    shouldUpgradeCallback: (request: IncomingMessage) => upgrades.accepts(request) || hasOthers(),
  })
}
