import { isParticipantSid, type CreatedBan, type Identity, type Participant, type RoomRef } from '@roomkey/shared'
import type { RoomAuthorization } from '../../access/authorize-room.ts'
import { VideoError, hasCode, isVideoError } from '../../core/video-error.ts'

/**
 * Keeps an identity out of a room: ends what it holds or made there, and puts it out if it is inside.
 * @throws VideoError `FORBIDDEN` for the room's own host, unless a service or an admin asks.
 */
export async function banIdentity(
  { authorizer, caller, store, twilio }: RoomAuthorization,
  roomRef: RoomRef,
  identity: Identity,
  signal: AbortSignal | undefined,
): Promise<CreatedBan> {
  const room = await twilio.getRoom(roomRef, { signal })
  const subject = { room: room.sid, target: identity }
  const { bans, memberships } = await store.open()
  const role = authorizer.roleOf(caller)
  if ((role === 'user' || role === 'guest') && (await memberships.find(room.sid, identity)).host === identity) {
    const message = `"${identity}" created room "${roomRef}" and cannot be kept out by another host`
    throw new VideoError('FORBIDDEN', message, { subject })
  }
  const { ban, membership, invites } = await bans.add(room, identity)
  try {
    const participant = await unlessGone(twilio.removeIdentity(room.sid, identity, { signal }))
    return { ...ban, ended: { membership, invites, participant } }
  } catch (error) {
    throw isVideoError(error) ? error.about({ ...subject, isDone: true }) : error
  }
}

/** Whom a host points at: the identity of a participant, or an identity itself, which may look like a participant's SID. */
export async function findIdentity(
  { twilio }: RoomAuthorization,
  room: RoomRef,
  participant: string,
  signal: AbortSignal | undefined,
): Promise<Identity> {
  if (!isParticipantSid(participant)) return participant as Identity
  const found = await unlessGone(twilio.getParticipant(room, participant, { signal }))
  return (found?.sid === participant ? found.identity : participant) as Identity
}

/** `null` when they are not, or no longer, in the room, or the room is over. */
async function unlessGone(participant: Promise<Participant>): Promise<Participant | null> {
  try {
    return await participant
  } catch (error) {
    if (hasCode(error, 'PARTICIPANT_NOT_FOUND', 'ROOM_COMPLETED')) return null
    throw error
  }
}
