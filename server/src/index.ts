export { buildApp, type AppOverrides } from './app.ts'
export { ConfigError, parseConfig, type Config } from './config.ts'
export type { Caller } from './access/caller.ts'
export {
  isAllowed,
  type AccessQuestion,
  type Action,
  type Authorize,
  type Relation,
  type Role,
} from './access/policy.ts'
export { VideoError, isVideoError, type VideoErrorOptions } from './errors/video-error.ts'
export { roomkeyPlugin, type RoomkeyPluginOptions } from './plugin.ts'
export { createRoomkey, type Roomkey, type RoomkeyOverrides } from './roomkey.ts'
export { appRouter, type AppRouter } from './router.ts'
export type { CallSource, Context, Log } from './rpc/context.ts'
export { formatError, type RoomkeyErrorShape } from './rpc/error-shape.ts'
export { fromFastify, fromFetch, fromNode } from './rpc/sources.ts'
export type { Services } from './services.ts'
export {
  createBroadcast,
  roomkeyTRPCPlugin,
  type Broadcast,
  type BroadcastOptions,
  type BroadcastSubscription,
} from '@roomkey/trpc-fastify'
