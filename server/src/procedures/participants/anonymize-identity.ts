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
  const { events, participants } = await eventLog.anonymize(identity, roomSid)
  const known = new Map<string, { roomSid: string; participantSid: string }>()
  for (const participant of participants) known.set(participant.participantSid, participant)
  // Also those of whom nothing was reported.
  if (roomSid !== undefined) {
    for (const status of PARTICIPANT_STATUSES) {
      const { items } = await ctx.twilio.listParticipants(roomSid, { status, identity, limit: 1000 }, { signal })
      for (const { sid } of items) known.set(sid, { roomSid, participantSid: sid })
    }
  }
  const failed: ParticipantSid[] = []
  for (const participant of known.values()) {
    try {
      // One after the other: Twilio takes few changes a second, and this one is in no hurry.
      await ctx.twilio.anonymizeParticipant(participant.roomSid, participant.participantSid, { signal })
    } catch (error) {
      if (!isVideoError(error)) throw error
      ctx.log.warn({ err: error, ...participant }, 'a participant could not be anonymized at Twilio')
      failed.push(participant.participantSid as ParticipantSid)
    }
  }
  return { roomSid, events, participants: known.size - failed.length, failed }
}

async function authorizeEverywhere({ authorizer, caller }: Context): Promise<undefined> {
  if (await authorizer.allows(caller, 'participants.anonymize', 'none', null)) return undefined
  throw new VideoError('FORBIDDEN', 'Only an admin or a service may do this in every room: pass roomSid')
}
