import type { Attendance, Attendee, PresentParticipant, RoomEvent } from '@roomkey/shared'

type Visit = Attendee['visits'][number]

/**
 * Who was in a room, of what was reported there, in the order in which it happened. What was not reported is `null`, and
 * counts for nothing.
 */
export function toAttendance(events: readonly RoomEvent[], now: number): Omit<Attendance, 'roomSid' | 'prunedUpTo'> {
  const endedAt = events.find(({ type }) => type === 'room-ended')?.at ?? null
  const visits = Map.groupBy(toVisits(events, endedAt), ({ identity }) => identity)
  return {
    roomName: events.find(({ roomName }) => roomName !== null)?.roomName ?? null,
    endedAt,
    attendees: [...visits].map(([identity, own]) => ({
      identity,
      firstJoinedAt: own[0]?.joinedAt ?? null,
      lastLeftAt: own.some(({ leftAt }) => leftAt === null)
        ? null
        : (own
            .map(({ leftAt }) => leftAt)
            .toSorted(compare)
            .at(-1) ?? null),
      seconds: toSeconds(own, now),
      visits: own.map(({ participantSid, joinedAt, leftAt }) => ({ participantSid, joinedAt, leftAt })),
    })),
  }
}

/** Who is in a room, of what was reported there. */
export function toPresent(events: readonly RoomEvent[]): PresentParticipant[] {
  if (events.some(({ type }) => type === 'room-ended')) return []
  return toVisits(events, null).flatMap(({ participantSid, identity, joinedAt, leftAt }) =>
    leftAt === null && joinedAt !== null ? [{ participantSid, identity, joinedAt }] : [],
  )
}

/** Each connection, in the order of joining. A room that is over has nobody inside. */
function toVisits(events: readonly RoomEvent[], endedAt: string | null): (Visit & { identity: string })[] {
  const visits = new Map<string, Visit & { identity: string }>()
  for (const event of events) {
    if (event.type !== 'participant-connected' && event.type !== 'participant-disconnected') continue
    const { participantSid, identity } = event
    const visit = visits.get(participantSid) ?? { participantSid, identity, joinedAt: null, leftAt: null }
    if (event.type === 'participant-connected') visit.joinedAt = event.at
    else visit.leftAt = event.at
    visits.set(participantSid, visit)
  }
  return [...visits.values()]
    .map((visit) => ({ ...visit, leftAt: visit.leftAt ?? endedAt }))
    .toSorted((a, b) => compare(a.joinedAt ?? a.leftAt, b.joinedAt ?? b.leftAt))
}

/** Time inside, of several connections at once only once. */
function toSeconds(visits: readonly Visit[], now: number): number {
  let milliseconds = 0
  let counted = 0
  for (const { joinedAt, leftAt } of visits) {
    if (joinedAt === null) continue
    const from = Math.max(Date.parse(joinedAt), counted)
    const to = leftAt === null ? now : Date.parse(leftAt)
    milliseconds += Math.max(0, to - from)
    counted = Math.max(counted, to)
  }
  return Math.round(milliseconds / 1000)
}

function compare(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : 1
}
