export { fastifyTRPCPlugin, roomkeyTRPCPlugin } from './plugin.ts'
export type { RoomkeyTRPCPluginOptions } from './options.ts'
export type { CreateFastifyContextOptions, FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
export {
  createBroadcast,
  type Broadcast,
  type BroadcastOptions,
  type BroadcastSubscription,
} from './stream/broadcast.ts'
export { EventBatch, type Attach, type BroadcastEvent, type Subscriber } from './stream/event-batch.ts'
export { createFedSubscription, type FedSubscription } from './stream/fed-subscription.ts'
export { createEventStreams, type EventStreams, type EventStreamsOptions } from './stream/event-streams.ts'
export type { SendEventsOptions } from './stream/event-stream.ts'
export { DRAIN_LIMIT } from './body.ts'
export { callProcedure, type CallOptions } from './call-procedure.ts'
export { findProcedure, isTrackedEnvelope } from './trpc-internals.ts'
