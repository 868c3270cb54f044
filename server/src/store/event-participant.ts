import type { NewEvent } from './new-event.ts'

/** The SID of the participant whom an event is about, if it is about one. */
export function participantOf(event: NewEvent): string | undefined {
  if (event.type === 'unknown') return event.parameters['ParticipantSid']
  return 'participantSid' in event ? (event.participantSid ?? undefined) : undefined
}

/** Whom an event names; `undefined`: nobody. */
export function identityOf(event: NewEvent): string | undefined {
  if (event.type === 'unknown') return event.parameters['ParticipantIdentity']
  return 'identity' in event ? (event.identity ?? undefined) : undefined
}

/** The event with another name for whom it names. One that has no type may name them in any parameter. */
export function renameParticipant(event: NewEvent, name: string): NewEvent {
  const identity = identityOf(event)
  if (identity === undefined) return event
  if (event.type !== 'unknown') return { ...event, identity: name } as NewEvent
  const parameters = Object.entries(event.parameters).map(([key, value]) => [key, value === identity ? name : value])
  return { ...event, parameters: Object.fromEntries(parameters) as Record<string, string> }
}
