import type { RoomEvent } from '@roomkey/shared'

/** Something that happened, once: what, and to whom. */
export type Fact = string

/** The fact that an event tells of. */
export function toFact(event: RoomEvent): Fact {
  if ('trackSid' in event) return `${event.type} ${event.trackSid}`
  return `${event.type} ${'participantSid' in event ? event.participantSid : event.roomSid}`
}

/** The same, of the parameters of a status callback. */
export function callbackToFact({
  StatusCallbackEvent = '',
  RoomSid,
  ParticipantSid,
  TrackSid,
}: Readonly<Record<string, string>>): Fact {
  const sid = StatusCallbackEvent.startsWith('track')
    ? TrackSid
    : StatusCallbackEvent.startsWith('room')
      ? RoomSid
      : ParticipantSid
  return `${StatusCallbackEvent} ${sid}`
}
