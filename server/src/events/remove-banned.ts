import type { AuditLog } from '../audit/audit-log.ts'
import type { Log } from '../core/log.ts'
import { isVideoError } from '../core/video-error.ts'
import type { NewEvent } from '../store/new-event.ts'
import type { Store } from '../store/store.ts'
import type { TwilioVideo } from '../twilio/video.ts'

/**
 * Removes a participant who came in although their identity is banned from the room: an access token lives on for
 * hours after a ban, and Twilio cannot take one back.
 */
export async function removeIfBanned(
  { auditLog, store, twilio }: { auditLog: AuditLog | undefined; store: Store; twilio: TwilioVideo },
  event: NewEvent,
  { requestId, log }: { requestId: string; log: Log },
): Promise<void> {
  if (event.type !== 'participant-connected' || !store.hasBans()) return
  const { roomSid, participantSid: sid, identity } = event
  const { memberships } = await store.open()
  const { banned } = await memberships.find(roomSid, identity)
  if (!banned) return
  try {
    await twilio.removeParticipant(roomSid, sid)
  } catch (error) {
    // Gone again by themselves, or with the whole room.
    if (isVideoError(error) && (error.code === 'PARTICIPANT_NOT_FOUND' || error.code === 'ROOM_COMPLETED')) return
    throw error
  }
  log.info({ roomSid, participantSid: sid }, 'a banned participant came back and was removed')
  auditLog?.record({
    requestId,
    caller: { kind: 'service', name: 'roomkey' },
    action: 'participants.evict',
    subject: { room: roomSid, target: identity },
    outcome: 'OK',
  })
}
