import { ParticipantSidSchema, type Participant, type RoomRef } from '@roomkey/shared'
import type { RoomAuthorization } from '../../access/authorize-room.ts'
import { VideoError, isVideoError } from '../../core/video-error.ts'

/**
 * Keeps a participant's identity out of a room, and puts them out if they are in it. A guest could come back as
 * another guest, so the invitation that let them in is revoked too.
 * @throws VideoError `FORBIDDEN` for the room's own host, unless a service or an admin asks; `PARTICIPANT_NOT_FOUND`
 * when they are not in the room right now: the ban stands all the same.
 */
export async function banParticipant(
  { authorizer, caller, store, twilio }: RoomAuthorization,
  roomRef: RoomRef,
  participant: string,
  signal: AbortSignal | undefined,
): Promise<Participant> {
  const { sid, name } = await twilio.getRoom(roomRef, { signal })
  const identity = ParticipantSidSchema.safeParse(participant).success
    ? (await twilio.getParticipant(sid, participant, { signal })).identity
    : participant
  const subject = { room: sid, target: identity }
  const { bans, invites, memberships } = await store.open()
  const role = authorizer.roleOf(caller)
  if ((role === 'user' || role === 'guest') && (await memberships.find(sid, identity)).host === identity) {
    const message = `"${identity}" created room "${roomRef}" and cannot be kept out by another host`
    throw new VideoError('FORBIDDEN', message, { subject })
  }
  await bans.add({ sid, name }, identity)
  await invites.revokeForGuest(sid, identity, new Date().toISOString())
  try {
    return await twilio.removeParticipant(sid, participant, { signal })
  } catch (error) {
    if (!isVideoError(error) || error.code !== 'PARTICIPANT_NOT_FOUND') throw error
    const message = `"${identity}" is not in room "${roomRef}" right now, and is kept out from here on`
    throw new VideoError('PARTICIPANT_NOT_FOUND', message, { cause: error, subject })
  }
}
