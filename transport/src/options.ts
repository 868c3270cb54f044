import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'

/** What tRPC's own Fastify plugin takes under `trpcOptions`. */
export type HandlerOptions = FastifyTRPCPluginOptions<AnyTRPCRouter>['trpcOptions']
