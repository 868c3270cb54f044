export { roomkeyTRPCPlugin } from './plugin.ts'
export { createBroadcast, type Broadcast, type BroadcastOptions, type BroadcastSubscription } from './broadcast.ts'
