import type { RoomEvent } from '@roomkey/shared'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Log } from '../core/log.ts'
import { hasCode } from '../core/video-error.ts'
import type { Store } from '../store/store.ts'
import type { TwilioVideo } from '../twilio/video.ts'
import { createBanLookup } from './ban-lookup.ts'
import type { Reactor } from './reactor.ts'

type Arrival = Extract<RoomEvent, { type: 'participant-connected' }>
type Services = { auditLog: AuditLog | undefined; store: Store; twilio: TwilioVideo; log: Log }

/**
 * Removes participants who come in although their identity is banned from the room: an access token lives on for hours
 * after a ban, and Twilio cannot take one back.
 */
export function createBanReactor(services: Services): Reactor {
  const isBanned = createBanLookup(services.store)
  return {
    name: 'remove-banned',
    types: ['participant-connected'],
    // Some minutes in all: Twilio may be unavailable for as long, and later events of the room wait meanwhile.
    maxAttempts: 10,
    async react(event, signal) {
      if (event.type !== 'participant-connected' || !services.store.hasBans()) return
      if (await isBanned(event.roomSid, event.identity)) await remove(services, event, signal)
    },
  }
}

const TIMEOUT_MS = 60_000

async function remove({ auditLog, twilio, log }: Services, event: Arrival, signal: AbortSignal): Promise<void> {
  const { roomSid, participantSid: sid, identity } = event
  try {
    await twilio.removeParticipant(roomSid, sid, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) })
  } catch (error) {
    // They left by themselves, or the room ended.
    if (hasCode(error, 'PARTICIPANT_NOT_FOUND', 'ROOM_COMPLETED')) return
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
