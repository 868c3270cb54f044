import {
  PARTICIPANT_STATUSES,
  type AnonymizeInput,
  type Anonymized,
  type ParticipantSid,
  type RoomSid,
} from '@roomkey/shared'
import { authorizeLoggedRoom } from '../../access/authorize-logged-room.ts'
import { VideoError, isVideoError } from '../../core/video-error.ts'
import type { Context } from '../context.ts'

/** Makes who somebody was unknown in the log and at Twilio, in one room or in all. */
export async function anonymizeIdentity(
  ctx: Context,
  { identity, roomSid: roomRef }: AnonymizeInput,
  signal: AbortSignal | undefined,
): Promise<Anonymized & { roomSid: RoomSid | undefined }> {
  const roomSid =
    roomRef === undefined
      ? await authorizeEverywhere(ctx)
      : await authorizeLoggedRoom(ctx, 'participants.anonymize', roomRef, signal)
  const { eventLog, userNames } = await ctx.store.open()
  // What they are called is the same in every room.
  if (roomSid === undefined) await userNames.forget(identity)
  const room = roomSid && { roomSid, participantSids: await listAtTwilio(ctx, roomSid, identity, signal) }
  const { events, participants } = await eventLog.anonymize(identity, room)
  const failed: ParticipantSid[] = []
  for (const participant of participants) {
    try {
      // One after the other: Twilio takes few changes a second, and this one is in no hurry.
      await ctx.twilio.anonymizeParticipant(participant.roomSid, participant.participantSid, { signal })
      await eventLog.forgetIdentity(participant.participantSid)
    } catch (error) {
      if (!isVideoError(error)) throw error
      ctx.log.warn({ err: error, ...participant }, 'a participant could not be anonymized at Twilio')
      failed.push(participant.participantSid as ParticipantSid)
    }
  }
  return { roomSid, events, participants: participants.length - failed.length, failed }
}

/** As whom somebody was in a room: nothing may have been reported of some. */
async function listAtTwilio(
  { twilio }: Context,
  roomSid: RoomSid,
  identity: string,
  signal: AbortSignal | undefined,
): Promise<ParticipantSid[]> {
  const lists = PARTICIPANT_STATUSES.map((status) =>
    twilio.listParticipants(roomSid, { status, identity, limit: 1000 }, { signal }),
  )
  return (await Promise.all(lists)).flatMap(({ items }) => items.map(({ sid }) => sid))
}

async function authorizeEverywhere({ authorizer, caller }: Context): Promise<undefined> {
  if (await authorizer.allows(caller, 'participants.anonymize', 'none', null)) return undefined
  throw new VideoError('FORBIDDEN', 'Only an admin or a service may do this in every room: pass roomSid')
}
