export { roomkeyTRPCPlugin } from './plugin.ts'
export { createBroadcast, type Broadcast, type BroadcastOptions, type BroadcastSubscription } from './broadcast.ts'
export { DRAIN_LIMIT } from './body.ts'
