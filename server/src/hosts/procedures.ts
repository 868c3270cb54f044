import type { TRPCError } from '@trpc/server'
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify'
import type { ResponseMeta } from '@trpc/server/http'
import { roomkeyTRPCPlugin, type RoomkeyTRPCPluginOptions } from '@roomkey/trpc-fastify'
import type { FastifyInstance } from 'fastify'
import { BODY_LIMIT, addEarlyRefusal } from '../http/early-refusal.ts'
import { addErrorHandler } from '../http/error-handler.ts'
import { logFailure } from '../http/log.ts'
import type { Roomkey } from '../roomkey.ts'
import { rememberRequestId, toVideoError } from '../rpc/error-shape.ts'
import type { AppRouter } from '../rpc/router.ts'
import { toSseOptions } from '../rpc/sse-options.ts'
import { fromFastify } from './call-source.ts'

/** The procedures over tRPC's wire. */
export async function addProcedures(
  app: FastifyInstance,
  { roomkey, maxBatchSize = 50 }: { roomkey: Roomkey; maxBatchSize?: number | undefined },
): Promise<void> {
  addErrorHandler(app)
  addEarlyRefusal(app, maxBatchSize)
  await app.register(roomkeyTRPCPlugin, {
    sse: toSseOptions(roomkey.streamTimes),
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
  } satisfies RoomkeyTRPCPluginOptions<AppRouter>)
}

/** For clients and proxies that know HTTP but not our errors: `retry-after`, the longest of a batch. */
function retryAfterHeaders(errors: readonly TRPCError[]): ResponseMeta {
  const seconds = errors.map((error) => toVideoError(error).retryAfterSeconds ?? 0)
  const longest = Math.max(0, ...seconds)
  return longest > 0 ? { headers: { 'retry-after': String(longest) } } : {}
}
