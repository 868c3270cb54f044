export { fastifyTRPCPlugin, roomkeyTRPCPlugin } from './plugin.ts'
export type { CreateFastifyContextOptions, FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
export {
  createBroadcast,
  type Broadcast,
  type BroadcastOptions,
  type BroadcastSubscription,
} from './stream/broadcast.ts'
export { DRAIN_LIMIT } from './body.ts'
