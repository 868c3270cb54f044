import type { Transport } from '../methods.ts'
import type { RoomEvents } from './room-events.ts'

/** `rooms.events`, loaded with the first subscription: whoever follows no events does not pay for them. */
export function createLazyRoomEvents(transport: Transport, address: string | undefined): RoomEvents {
  let roomEvents: RoomEvents | undefined
  return async function* lazyRoomEvents(input, options) {
    // The module's own cache keeps it; what could not be loaded is asked for again.
    const { createRoomEvents } = await import('./room-events.ts')
    roomEvents ??= createRoomEvents(transport, address)
    yield* roomEvents(input, options)
  }
}
