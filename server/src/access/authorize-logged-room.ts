import { isRoomSid, type RoomRef, type RoomSid } from '@roomkey/shared'
import { authorizeRoom, type RoomAuthorization } from './authorize-room.ts'
import type { Action } from './policy.ts'

/**
 * As {@link authorizeRoom}, for reading the log of events: a room that is in the log need not be looked up at Twilio.
 * @throws VideoError as `authorizeRoom`; `ROOM_NOT_FOUND` also to those who may see every room.
 */
export async function authorizeLoggedRoom(
  authorization: RoomAuthorization,
  action: Action,
  roomRef: RoomRef,
  signal: AbortSignal | undefined,
): Promise<RoomSid> {
  const room = await authorizeRoom(authorization, action, roomRef, signal)
  if (isRoomSid(room)) {
    const { eventLog } = await authorization.store.open()
    if (await eventLog.knowsRoom(room)) return room
  }
  return (await authorization.twilio.getRoom(room, { signal })).sid
}
