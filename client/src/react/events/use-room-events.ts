import type { RoomEvent, RoomEventType } from '@roomkey/shared'
import { useSyncExternalStore } from 'react'
import type { RoomkeyClient } from '../../client.ts'
import type { RoomkeyError } from '../../errors.ts'
import { useClient } from '../provider.ts'
import { useKeyed } from '../use-keyed.ts'
import { createEventReader, idleReader } from './event-reader.ts'

/** Which events of a room. */
export type UseRoomEventsOptions = {
  /** Only events of these types; left out: of all. */
  types?: readonly RoomEventType[]
  /** The `id` after which they begin; `0`: all that are kept. Left out: from now on. */
  lastEventId?: string
  /** The newest so many are kept. Default 1,000. */
  limit?: number
  /** Another client than the provider's, such as one with an invitation. */
  client?: RoomkeyClient
}

/** The events of a room, as far as they are known. */
export type RoomEventsView = {
  /**
   * `idle` without a room; `loading` while the past is read; `live`; `reconnecting` while the connection is made again
   * or, after `error`, all is; `failed`, for good, by `error`.
   */
  status: 'idle' | 'loading' | 'live' | 'reconnecting' | 'failed'
  /** Oldest first, in the order of their ids. */
  events: readonly RoomEvent[]
  /** Events are missing for good, up to this id: they were kept for long enough. `null`: none are. */
  prunedUpTo: string | null
  error: RoomkeyError | null
}

const NONE: readonly RoomEvent[] = []
const IDLE = idleReader(NONE)

/**
 * Follows what happens in a room, by its SID or name, while mounted; `null`: in none. Connections that break are made
 * again by themselves.
 */
export function useRoomEvents(
  room: string | null,
  { types, lastEventId, limit = 1_000, client }: UseRoomEventsOptions = {},
): RoomEventsView {
  const { rooms } = useClient(client)
  const reader = useKeyed(() => {
    if (room === null) return IDLE
    return createEventReader({
      rooms,
      sid: room,
      types: types && [...types],
      initial: NONE,
      lastEventId,
      reduce: (events, event) => [...events, event].slice(-limit),
    })
  }, [rooms, room, types?.join(), lastEventId, limit])
  const {
    status,
    value: events,
    prunedUpTo,
    error,
  } = useSyncExternalStore(reader.subscribe, reader.state, reader.state)
  return { status, events, prunedUpTo, error }
}
