import { ParticipantSchema } from '@roomkey/shared'
import type { Participant } from '@roomkey/shared'
import type { ParticipantInstance } from 'twilio/lib/rest/video/v1/room/participant.js'
import { toInstant, toInstantOrNull } from './instant.ts'

/**
 * The SDK's participant without its links and account. Checked, because the SDK passes on whatever it got.
 * @throws ZodError, RangeError or TypeError when it is not a participant.
 */
export function toParticipant(participant: ParticipantInstance): Participant {
  return ParticipantSchema.parse({
    sid: participant.sid,
    roomSid: participant.roomSid,
    identity: participant.identity,
    status: participant.status,
    joinedAt: toInstant(participant.startTime ?? participant.dateCreated),
    leftAt: toInstantOrNull(participant.endTime),
    duration: participant.duration ?? null,
  })
}
