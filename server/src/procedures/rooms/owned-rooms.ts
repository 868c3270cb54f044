import { isRoomSid, type CreateRoomInput, type Identity, type Room, type RoomRef } from '@roomkey/shared'
import { UNOWNED, type RoomOwnership } from '../../store/membership.ts'
import type { Store } from '../../store/store.ts'
import type { TwilioRoom } from '../../twilio/rooms.ts'
import type { Context } from '../context.ts'

/** Creates a room at Twilio and records whose it is: a user who creates a room is its host. */
export async function createOwnedRoom(
  { caller, store, twilio, statusCallback }: Pick<Context, 'caller' | 'store' | 'twilio' | 'statusCallback'>,
  { access = UNOWNED.access, ...settings }: CreateRoomInput,
  signal: AbortSignal | undefined,
): Promise<Room> {
  const ownership: RoomOwnership = { host: caller.kind === 'user' ? caller.identity : null, access }
  const isWorthKeeping = ownership.host !== UNOWNED.host || ownership.access !== UNOWNED.access
  // Before the room exists: a database that is down must not leave rooms without a host behind.
  const records = isWorthKeeping ? await store.open() : undefined
  const room = await twilio.createRoom({ ...settings, statusCallback: await statusCallback() }, { signal })
  try {
    await records?.roomOwnerships.record(room.sid, ownership)
  } catch (error) {
    await twilio.completeRoom(room.sid).catch(() => undefined)
    throw error
  }
  return toRoom(room, ownership)
}

/**
 * Completes a room at Twilio. Whose it was is read first: a database that failed afterwards would make the caller
 * believe that nothing was done.
 */
export async function completeOwnedRoom(
  { store, twilio }: Pick<Context, 'store' | 'twilio'>,
  room: RoomRef,
  signal: AbortSignal | undefined,
): Promise<Room> {
  const sid = isRoomSid(room) ? room : (await twilio.getRoom(room, { signal })).sid
  const ownership = await findOwnership(store, sid)
  return toRoom(await twilio.completeRoom(sid, { signal }), ownership)
}

/** Rooms as callers see them: Twilio's, and whose they are. */
export async function withOwners(store: Store, rooms: TwilioRoom[]): Promise<Room[]> {
  if (store.isUntouched() || rooms.length === 0) return rooms.map((room) => toRoom(room, UNOWNED))
  const { roomOwnerships } = await store.open()
  const ownerships = await roomOwnerships.find(rooms.map(({ sid }) => sid))
  return rooms.map((room) => toRoom(room, ownerships.get(room.sid) ?? UNOWNED))
}

/** As {@link withOwners}, for one room. */
export async function withOwner(store: Store, room: TwilioRoom): Promise<Room> {
  return toRoom(room, await findOwnership(store, room.sid))
}

async function findOwnership(store: Store, roomSid: string): Promise<RoomOwnership> {
  if (store.isUntouched()) return UNOWNED
  const { roomOwnerships } = await store.open()
  return (await roomOwnerships.find([roomSid])).get(roomSid) ?? UNOWNED
}

function toRoom(room: TwilioRoom, { host, access }: RoomOwnership): Room {
  return { ...room, host: host as Identity | null, access }
}
