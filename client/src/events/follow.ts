import type { FollowedEvent, RoomEventType } from '@roomkey/shared'

/** A room, and the id after which its events are sent; without one, from now on. */
export type FollowedRoom = { sid: string; lastEventId?: string | undefined }

/** Which rooms, and which types of events; left out: all. */
export type FollowRequest = { rooms: readonly FollowedRoom[]; types?: readonly RoomEventType[] | undefined }

/**
 * What happens in several rooms, in the order of ids: what was missed, `caught-up`, what happens. A room that is over
 * for this caller ends with `room-closed`. Ending without a word about a room that is still followed means: ask again.
 * After `onInterrupted` it is `caught-up` once more.
 */
export type Follow = (
  request: FollowRequest,
  signal: AbortSignal,
  onInterrupted?: () => void,
) => AsyncIterable<FollowedEvent>

/** Whether an event has the later of two ids, which are numbers of up to 16 digits. */
export function isLater(id: string, than: string): boolean {
  return id.length === than.length ? id > than : id.length > than.length
}

/** The later of two ids. */
export function laterOf(id: string, other: string | undefined): string {
  return other === undefined || isLater(id, other) ? id : other
}
