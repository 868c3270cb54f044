import type { RoomEvent } from '@roomkey/shared'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Log } from '../core/log.ts'
import { isVideoError } from '../core/video-error.ts'
import type { Store } from '../store/store.ts'
import type { TwilioVideo } from '../twilio/video.ts'
import type { Reactor } from './reactor.ts'

type Services = { auditLog: AuditLog | undefined; store: Store; twilio: TwilioVideo; log: Log }

/**
 * Removes participants who come in although their identity is banned from the room: an access token lives on for hours
 * after a ban, and Twilio cannot take one back.
 */
export function createBanReactor(services: Services): Reactor {
  return {
    name: 'remove-banned',
    types: ['participant-connected'],
    maxAttempts: 5,
    react: (event, signal) => removeIfBanned(services, event, signal),
  }
}

const TIMEOUT_MS = 60_000

async function removeIfBanned(
  { auditLog, store, twilio, log }: Services,
  event: RoomEvent,
  signal: AbortSignal,
): Promise<void> {
  if (event.type !== 'participant-connected' || !store.hasBans()) return
  const { roomSid, participantSid: sid, identity } = event
  const { memberships } = await store.open()
  const { banned } = await memberships.find(roomSid, identity)
  if (!banned) return
  try {
    await twilio.removeParticipant(roomSid, sid, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
  } catch (error) {
    // Gone again by themselves, or with the whole room.
    if (isVideoError(error) && (error.code === 'PARTICIPANT_NOT_FOUND' || error.code === 'ROOM_COMPLETED')) return
    throw error
  }
  const requestId = `event-${event.id}`
  log.info({ requestId, roomSid, participantSid: sid }, 'a banned participant came back and was removed')
  auditLog?.record({
    requestId,
    caller: { kind: 'service', name: 'roomkey' },
    action: 'participants.evict',
    subject: { room: roomSid, target: identity },
    outcome: 'OK',
  })
}
