import { isVideoError } from '../errors/video-error.ts'
import type { Context } from '../rpc/context.ts'

/**
 * Removes a participant whose identity is banned from the room: an access token lives on for hours after a ban,
 * and Twilio cannot take one back.
 */
export async function evictIfBanned(
  { access, twilio }: Pick<Context, 'access' | 'twilio'>,
  participant: { roomSid: string; sid: string; identity: string },
  { requestId, log }: Pick<Context, 'requestId' | 'log'>,
): Promise<void> {
  if (!access.store.mayHoldBans()) return
  const { memberships } = await access.store.open()
  const { banned } = await memberships.standing(participant.roomSid, participant.identity)
  if (!banned) return
  try {
    await twilio.removeParticipant(participant.roomSid, participant.sid)
  } catch (error) {
    // Gone again by themselves, or with the whole room.
    if (isVideoError(error) && (error.code === 'PARTICIPANT_NOT_FOUND' || error.code === 'ROOM_COMPLETED')) return
    throw error
  }
  log.info(
    { roomSid: participant.roomSid, participantSid: participant.sid },
    'a banned participant came back and was removed',
  )
  access.audit?.record({
    requestId,
    caller: { kind: 'service', name: 'roomkey' },
    action: 'participants.evict',
    room: participant.roomSid,
    target: participant.identity,
    outcome: 'OK',
  })
}
