import { isRoomSid, type RoomRef } from '@roomkey/shared'
import type { Caller } from '../core/caller.ts'
import { VideoError, hasCode } from '../core/video-error.ts'
import type { Membership } from '../store/membership.ts'
import type { Store } from '../store/store.ts'
import type { TwilioVideo } from '../twilio/video.ts'
import type { Authorizer } from './authorizer.ts'
import type { Action, Relation } from './policy.ts'
import { banned, roomNotFound, unauthenticated } from './refusals.ts'

/** What deciding about a room takes: who asks, and those who know. */
export type RoomAuthorization = { caller: Caller; authorizer: Authorizer; store: Store; twilio: TwilioVideo }

/**
 * Lets the caller do `action` to a room, and returns how to call the room from here on: its SID, so that a name
 * cannot come to mean another room in between. (A service, or anyone on an open server, may do everything to every
 * room; what they called it is passed on without a look-up.)
 *
 * @throws VideoError `ROOM_NOT_FOUND` for a room that is missing or hidden, which are not to be told apart;
 * `FORBIDDEN` for a room they see; `BANNED`; `UNAUTHENTICATED`.
 */
export async function authorizeRoom(
  authorization: RoomAuthorization,
  action: Action,
  roomRef: RoomRef,
  signal?: AbortSignal,
): Promise<RoomRef> {
  const { authorizer, caller } = authorization
  if (caller.kind === 'anonymous') throw unauthenticated()
  if (TRUSTED.has(caller.kind) && authorizer.isDefaultPolicy) return roomRef
  const roomSid = isRoomSid(roomRef) ? roomRef : await findSid(authorization, roomRef, signal)
  const membership = await findMembership(authorization, roomSid)
  // Before all else: a ban ends a membership, and whoever knew the room hears why it is closed to them now.
  if (membership?.banned && (action === 'auth.getToken' || authorizer.roleOf(caller) !== 'admin')) {
    throw banned(roomRef, roomSid)
  }
  const relation = toRelation(caller, roomSid, membership)
  const isHidden = !(await authorizer.allows(caller, 'rooms.get', relation, roomSid))
  if (isHidden) throw roomNotFound(roomRef)
  if (action !== 'rooms.get' && !(await authorizer.allows(caller, action, relation, roomSid))) {
    throw new VideoError('FORBIDDEN', `Only a host of room "${roomRef}" may do this`, { subject: { room: roomSid } })
  }
  return roomSid
}

/** Kinds of callers for whom the policy makes no difference between rooms. */
const TRUSTED: ReadonlySet<Caller['kind']> = new Set(['open', 'service', 'passcode'])

/** How a caller relates to a room, of what is known about them there. */
export function toRelation(
  caller: Caller,
  roomSid: string,
  membership: Omit<Membership, 'banned'> | undefined,
): Relation {
  if (caller.kind === 'guest') {
    if (caller.roomSid !== roomSid) return 'none'
    return caller.role === 'host' ? 'host' : 'invited'
  }
  if (caller.kind !== 'user' || membership === undefined) return 'none'
  if (membership.host === caller.identity || membership.role === 'host') return 'host'
  if (membership.role === 'guest') return 'invited'
  return membership.access === 'signed-in' ? 'signed-in' : 'none'
}

async function findSid(
  authorization: RoomAuthorization,
  roomName: RoomRef,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return (await authorization.twilio.getRoom(roomName, { signal })).sid
  } catch (error) {
    if (!hasCode(error, 'ROOM_NOT_FOUND')) throw error
    // Twilio's error code would tell a missing room from a hidden one, and so would the time of one query less.
    await findMembership(authorization, roomName)
    throw roomNotFound(roomName)
  }
}

async function findMembership({ store, caller }: RoomAuthorization, roomSid: string): Promise<Membership | undefined> {
  if (caller.kind !== 'user') return undefined
  const { memberships } = await store.open()
  return await memberships.find(roomSid, caller.identity)
}
