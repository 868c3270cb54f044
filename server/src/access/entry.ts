import { randomBytes } from 'node:crypto'
import {
  formatGuestIdentity,
  isRoomSid,
  type GetTokenInput,
  type Identity,
  type Invite,
  type RoomRef,
} from '@roomkey/shared'
import { VideoError, isVideoError } from '../errors/video-error.ts'
import type { Context } from '../rpc/context.ts'
import { banned, enterRoom, roomNotFound, type RoomVisit } from './enter-room.ts'
import { inviteNotFound } from './invitations.ts'
import { toAddressKey, toLimitKey } from './limits.ts'

/** Whom an access token may be signed for, and for which room. */
export type Entry = { identity: Identity; room: RoomRef }

type EntryVisit = RoomVisit & Pick<Context, 'source'>
type EntryInput = Omit<GetTokenInput, 'ttlSeconds'>

/**
 * Decides `auth.getToken`: a user enters as themselves, a guest under a marked name of their choosing, a service
 * lets anyone in. An invitation is spent only after everything else is found in order.
 */
export async function findEntry(visit: EntryVisit, input: EntryInput, signal?: AbortSignal): Promise<Entry> {
  const { caller, access, deed } = visit
  deed.target = input.userId ?? null
  if (input.invite !== undefined) {
    await countAttempt(visit)
    return enterByInvite(visit, await access.invitations.findBySecret(input.invite), input)
  }
  if (input.roomSid === undefined) throw missing('roomSid', 'a room SID or name')
  if (caller.kind === 'user') return enterAsUser(visit, input.roomSid, input.userId, signal)
  const room = await enterRoom(visit, 'auth.getToken', input.roomSid, signal)
  if (caller.kind === 'guest') {
    await countAttempt(visit)
    return enterByInvite(visit, await access.invitations.find(caller.inviteId), input)
  }
  if (input.userId === undefined) throw missing('userId', 'who the token is for')
  if (access.store.mayHoldBans()) await refuseBanned(visit, room, input.userId, signal)
  return { identity: input.userId as Identity, room }
}

async function enterAsUser(
  visit: EntryVisit,
  roomRef: RoomRef,
  userId: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Entry> {
  if (visit.caller.kind !== 'user') throw new TypeError('only a user enters as a user')
  const { identity } = visit.caller
  if (userId !== undefined && userId !== identity) {
    visit.deed.room = roomRef
    throw new VideoError('FORBIDDEN', `You are "${identity}" and get tokens for yourself only: leave userId out`)
  }
  visit.deed.target = identity
  return { identity, room: await enterRoom(visit, 'auth.getToken', roomRef, signal) }
}

async function enterByInvite(visit: EntryVisit, invite: Invite | undefined, input: EntryInput): Promise<Entry> {
  const { access, caller, deed } = visit
  if (invite === undefined) throw inviteNotFound()
  const { roomSid, role } = invite
  deed.room = roomSid
  access.invitations.assertValid(invite)
  if (!(await access.allows(caller, 'auth.getToken', role === 'host' ? 'host' : 'invited', roomSid))) {
    throw new VideoError('FORBIDDEN', 'This invitation may not be used here')
  }
  if (input.roomSid !== undefined && isRoomSid(input.roomSid) && input.roomSid !== roomSid) {
    throw roomNotFound(input.roomSid)
  }
  const { memberships, invites } = await access.store.open()
  if (caller.kind === 'user' || caller.kind === 'service') {
    const identity = caller.kind === 'user' ? caller.identity : (input.userId as Identity | undefined)
    if (identity === undefined) throw missing('userId', 'who the token is for')
    if (caller.kind === 'user' && input.userId !== undefined && input.userId !== identity) {
      throw new VideoError('FORBIDDEN', `You are "${identity}" and get tokens for yourself only: leave userId out`)
    }
    deed.target = identity
    const standing = await memberships.standing(roomSid, identity)
    if (standing.banned) throw banned(roomSid)
    // Whoever is in already, with no less to say, spends nothing: a reload is not another guest.
    const isInside = standing.host === identity || standing.role === 'host' || standing.role === role
    if (!isInside) {
      await access.invitations.redeem(invite)
      await memberships.addMember(roomSid, identity, role)
    }
    return { identity, room: roomSid }
  }
  if (input.userId === undefined) throw missing('userId', 'the name to be seen under')
  const identity = toGuestIdentity(input.userId)
  deed.target = identity
  await access.invitations.redeem(invite)
  await invites.recordGuest(roomSid, identity, invite.id)
  return { identity, room: roomSid }
}

/** Counts by address too: whoever guesses invitations may pretend to be many. */
async function countAttempt({ access, caller, source }: EntryVisit): Promise<void> {
  if (caller.kind === 'service') return
  const key = caller.kind === 'guest' ? toAddressKey(source.ip) : toLimitKey(caller, source.ip)
  await access.limiter.take('invites', key)
}

/** For callers who may enter anywhere as anyone: bans hold for them too. */
async function refuseBanned(
  { access, twilio }: EntryVisit,
  room: RoomRef,
  identity: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { bans } = await access.store.open()
  // Twilio reads SIDs in either case.
  const isSid = isRoomSid(room)
  const barred = await bans.roomsBarred(isSid ? `RM${room.slice(2).toLowerCase()}` : room, identity)
  if (barred.length === 0) return
  if (isSid) throw banned(room)
  // A room of that name keeps the identity out. Names are used again: is it the room that has the name now?
  if (barred.includes(await findSidIfAny(twilio, room, signal))) throw banned(room)
}

async function findSidIfAny(
  twilio: EntryVisit['twilio'],
  room: RoomRef,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return (await twilio.getRoom(room, { signal })).sid
  } catch (error) {
    if (isVideoError(error) && error.code === 'ROOM_NOT_FOUND') return ''
    throw error
  }
}

function toGuestIdentity(name: string): Identity {
  try {
    return formatGuestIdentity(name, randomBytes(6).toString('base64url'))
  } catch (cause) {
    const message = "is too long: a guest's name has room for about 110 characters; those outside ASCII count as two"
    throw new VideoError('INVALID_INPUT', `Invalid input: userId ${message}`, {
      cause,
      fields: [{ path: 'userId', message }],
    })
  }
}

function missing(path: string, what: string): VideoError {
  const message = `is required: ${what}`
  return new VideoError('INVALID_INPUT', `Invalid input: ${path} ${message}`, { fields: [{ path, message }] })
}
