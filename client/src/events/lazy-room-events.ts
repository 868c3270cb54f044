import type { Transport } from '../methods.ts'
import type { RoomEvents } from './room-events.ts'

/** `rooms.events`, loaded with the first subscription: whoever follows no events does not pay for them. */
export function createLazyRoomEvents(transport: Transport, address: string | undefined): RoomEvents {
  let loading: Promise<RoomEvents> | undefined
  const load = async (): Promise<RoomEvents> => {
    try {
      const { createRoomEvents } = await import('./room-events.ts')
      return createRoomEvents(transport, address)
    } catch (error) {
      loading = undefined
      throw error
    }
  }
  return async function* roomEvents(input, options) {
    loading ??= load()
    yield* (await loading)(input, options)
  }
}
