import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import type { RouterConfig } from './trpc-internals.ts'

/** What tRPC's own Fastify plugin takes under `trpcOptions`, and the rest of ours. */
export type HandlerOptions = FastifyTRPCPluginOptions<AnyTRPCRouter>['trpcOptions'] & {
  sse?: RouterConfig['sse'] | undefined
}

/** What {@link roomkeyTRPCPlugin} takes: the same as tRPC's own plugin, and what it adds. */
export type RoomkeyTRPCPluginOptions<TRouter extends AnyTRPCRouter> = FastifyTRPCPluginOptions<TRouter> & {
  /**
   * In place of the router's own `sse` options, where one router is served in several places: pings, what clients are
   * told, how long a stream may last.
   */
  sse?: RouterConfig['sse']
}
