import { ROOM_EVENT_TYPES, type RoomEventType } from '@roomkey/shared'
import type { Caller } from '../core/caller.ts'

const GUEST_TYPES = ROOM_EVENT_TYPES.filter((type) => type !== 'unknown')

/**
 * Of the types that a caller asks for, those they may see: a guest none that nobody knows, as nobody knows what such an
 * event tells.
 */
export function visibleEventTypes(
  { kind }: Caller,
  types: readonly RoomEventType[] | undefined,
): readonly RoomEventType[] | undefined {
  if (kind !== 'guest') return types
  return types === undefined ? GUEST_TYPES : types.filter((type) => type !== 'unknown')
}
