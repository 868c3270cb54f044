import type { CreateRoomInput, Identity, Room } from '@roomkey/shared'
import type { Context } from '../rpc/context.ts'
import { UNOWNED, type Ownership } from '../store/ownership.ts'
import type { TwilioRoom } from '../twilio/room.ts'
import type { Access } from './access.ts'
import type { Deed } from './guard.ts'

type Creation = Pick<Context, 'access' | 'caller' | 'twilio' | 'statusCallback'> & { deed: Deed }

/** Creates a room at Twilio and remembers whose it is: a user who creates a room is its host. */
export async function createOwnedRoom(
  { access, caller, twilio, statusCallback, deed }: Creation,
  { access: roomAccess = UNOWNED.access, ...settings }: CreateRoomInput,
  signal: AbortSignal | undefined,
): Promise<Room> {
  const ownership: Ownership = { host: caller.kind === 'user' ? caller.identity : null, access: roomAccess }
  const isWorthKeeping = ownership.host !== UNOWNED.host || ownership.access !== UNOWNED.access
  deed.target = settings.roomName ?? null
  // Before the room exists: a database that is down must not leave rooms without a host behind.
  const records = isWorthKeeping ? await access.store.open() : undefined
  const room = await twilio.createRoom({ ...settings, statusCallback: statusCallback() }, { signal })
  deed.room = room.sid
  try {
    await records?.memberships.recordRoom(room.sid, ownership)
  } catch (error) {
    await twilio.completeRoom(room.sid).catch(() => undefined)
    throw error
  }
  return toRoom(room, ownership)
}

/** Rooms as callers see them: Twilio's, and whose they are. */
export async function withOwners(access: Access, rooms: TwilioRoom[]): Promise<Room[]> {
  if (access.store.isUntouched() || rooms.length === 0) return rooms.map((room) => toRoom(room, UNOWNED))
  const { memberships } = await access.store.open()
  const owners = await memberships.ownerships(rooms.map(({ sid }) => sid))
  return rooms.map((room) => toRoom(room, owners.get(room.sid) ?? UNOWNED))
}

/** As {@link withOwners}, for one room. */
export async function withOwner(access: Access, room: TwilioRoom): Promise<Room> {
  const [owned] = await withOwners(access, [room])
  return owned ?? toRoom(room, UNOWNED)
}

function toRoom(room: TwilioRoom, { host, access }: Ownership): Room {
  return { ...room, host: host as Identity | null, access }
}
