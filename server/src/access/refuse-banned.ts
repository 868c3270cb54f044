import { isRoomSid, type RoomRef } from '@roomkey/shared'
import { hasCode } from '../core/video-error.ts'
import type { Store } from '../store/store.ts'
import type { TwilioVideo } from '../twilio/video.ts'
import { banned } from './refusals.ts'

/**
 * Refuses a token for a banned identity to callers whom no room refuses: services, and anyone on an open server.
 * @throws VideoError `BANNED`.
 */
export async function refuseBanned(
  { store, twilio }: { store: Store; twilio: TwilioVideo },
  room: RoomRef,
  identity: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!store.hasBans()) return
  const { bans } = await store.open()
  const rooms = await bans.findRooms(room, identity)
  if (rooms.length === 0) return
  if (isRoomSid(room)) throw banned(room)
  // A room of that name has banned the identity. Names are reused: is it the room that has the name now?
  if (rooms.includes(await findSidIfAny(twilio, room, signal))) throw banned(room)
}

/** Whether any room keeps an identity out. */
export async function isBannedAnywhere({ store }: { store: Store }, identity: string): Promise<boolean> {
  if (!store.hasBans()) return false
  const { bans } = await store.open()
  return bans.hasAny(identity)
}

async function findSidIfAny(twilio: TwilioVideo, room: RoomRef, signal: AbortSignal | undefined): Promise<string> {
  try {
    return (await twilio.getRoom(room, { signal })).sid
  } catch (error) {
    if (hasCode(error, 'ROOM_NOT_FOUND')) return ''
    throw error
  }
}
