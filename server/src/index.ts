export {
  isAllowed,
  type AccessQuestion,
  type Action,
  type Authorize,
  type Relation,
  type Role,
} from './access/policy.ts'
export { ConfigError, parseConfig, type Config } from './config/config.ts'
export type { CallSource } from './core/call-source.ts'
export type { Caller } from './core/caller.ts'
export type { Log } from './core/log.ts'
export { VideoError, isVideoError, type VideoErrorOptions } from './core/video-error.ts'
export { buildApp, type AppOverrides } from './hosts/app.ts'
export { fromFastify, fromFetch, fromNode } from './hosts/call-source.ts'
export { roomkeyPlugin, type RoomkeyPluginOptions } from './hosts/fastify.ts'
export { createFetchHandler, type FetchDetails, type FetchHandler } from './hosts/fetch-handler.ts'
export type { MountOptions } from './hosts/mounted-app.ts'
export { createNodeHandler, type NodeHandler } from './hosts/node-handler.ts'
export { callers, type Authenticate } from './identity/callers.ts'
export type { Context, Services } from './procedures/context.ts'
export { createRoomkey, type Roomkey, type RoomkeyOverrides } from './roomkey.ts'
export { formatError } from './rpc/error-shape.ts'
export { appRouter, type AppRouter } from './rpc/router.ts'
export type { RoomkeyErrorShape } from '@roomkey/shared/trpc'
export {
  createBroadcast,
  roomkeyTRPCPlugin,
  type Broadcast,
  type BroadcastOptions,
  type BroadcastSubscription,
} from '@roomkey/trpc-fastify'
