import { isRoomSid, type RoomRef } from '@roomkey/shared'
import { VideoError, isVideoError } from '../errors/video-error.ts'
import type { Context } from '../rpc/context.ts'
import type { Standing } from '../store/standings.ts'
import type { Caller } from './caller.ts'
import type { Deed } from './guard.ts'
import type { Action, Relation } from './policy.ts'

/** What deciding about a room takes of a procedure's context. */
export type RoomVisit = Pick<Context, 'access' | 'caller' | 'twilio'> & { deed: Deed }

/**
 * Lets the caller do `action` to a room, and answers how to call the room from here on: its SID, so that a name
 * cannot come to mean another room in between. (A service, or anyone on an open server, may do everything to every
 * room; what they called it is passed on without a look-up.)
 *
 * @throws VideoError `ROOM_NOT_FOUND` for a room that is missing or hidden, which are not to be told apart;
 * `FORBIDDEN` for a room they see; `BANNED`; `UNAUTHENTICATED`.
 */
export async function enterRoom(
  visit: RoomVisit,
  action: Action,
  roomRef: RoomRef,
  signal?: AbortSignal,
): Promise<RoomRef> {
  const { access, caller, deed } = visit
  deed.room = roomRef
  if (caller.kind === 'anonymous') throw unauthenticated()
  if (caller.kind === 'open' || caller.kind === 'service') {
    if (access.isDefaultPolicy) return roomRef
  }
  const roomSid = isRoomSid(roomRef) ? roomRef : await findSid(visit, roomRef, signal)
  const standing = await findStanding(visit, roomSid)
  const relation = toRelation(caller, roomSid, standing)
  const isHidden = !(await access.allows(caller, 'rooms.get', relation, roomSid))
  if (isHidden) throw roomNotFound(roomRef)
  deed.room = roomSid
  if (standing?.banned && (action === 'auth.getToken' || access.roleOf(caller) !== 'admin')) throw banned(roomRef)
  if (action !== 'rooms.get' && !(await access.allows(caller, action, relation, roomSid))) {
    throw new VideoError('FORBIDDEN', `Only a host of room "${roomRef}" may do this`)
  }
  return roomSid
}

/** How a caller stands to a room of which this is known. */
export function toRelation(caller: Caller, roomSid: string, standing: Omit<Standing, 'banned'> | undefined): Relation {
  if (caller.kind === 'guest') {
    if (caller.roomSid !== roomSid) return 'none'
    return caller.role === 'host' ? 'host' : 'invited'
  }
  if (caller.kind !== 'user' || standing === undefined) return 'none'
  if (standing.host === caller.identity || standing.role === 'host') return 'host'
  if (standing.role === 'guest') return 'invited'
  return standing.access === 'signed-in' ? 'signed-in' : 'none'
}

/** The one answer for rooms that are missing and for rooms that are none of the caller's business. */
export function roomNotFound(roomRef: RoomRef): VideoError {
  return new VideoError('ROOM_NOT_FOUND', `Room "${roomRef}" does not exist; a completed room is found by its SID only`)
}

export function banned(roomRef: RoomRef): VideoError {
  return new VideoError('BANNED', `A host keeps this identity out of room "${roomRef}"`)
}

export function unauthenticated(): VideoError {
  return new VideoError('UNAUTHENTICATED', 'Sign in first, or show an API key or an invitation')
}

async function findSid(visit: RoomVisit, roomName: RoomRef, signal: AbortSignal | undefined): Promise<string> {
  try {
    return (await visit.twilio.getRoom(roomName, { signal })).sid
  } catch (error) {
    if (!isVideoError(error) || error.code !== 'ROOM_NOT_FOUND') throw error
    // Twilio's number would tell a missing room from a hidden one, and so would the time of one look-up less.
    await findStanding(visit, roomName)
    throw roomNotFound(roomName)
  }
}

async function findStanding({ access, caller }: RoomVisit, roomSid: string): Promise<Standing | undefined> {
  if (caller.kind !== 'user') return undefined
  const { memberships } = await access.store.open()
  return memberships.standing(roomSid, caller.identity)
}
