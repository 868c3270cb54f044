import { ROOM_EVENT_TYPES, type RoomEventType } from '@roomkey/shared'
import type { Caller } from '../core/caller.ts'

const GUEST_TYPES = ROOM_EVENT_TYPES.filter((type) => type !== 'unknown')

/**
 * The types of events that a caller may see, of those asked for. Not `unknown` for guests: such an event may hold
 * anything.
 */
export function visibleEventTypes(
  { kind }: Caller,
  types: readonly RoomEventType[] | undefined,
): readonly RoomEventType[] | undefined {
  if (kind !== 'guest') return types
  return types === undefined ? GUEST_TYPES : types.filter((type) => type !== 'unknown')
}
