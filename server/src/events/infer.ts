import type { RoomEvent, RoomEventOf } from '@roomkey/shared'
import { toEventKey } from '../store/event-key.ts'
import type { NewEvent } from '../store/new-event.ts'
import type { RoomState } from './room-state.ts'

/** Of what happens at one instant, in which order it makes sense. */
const RANKS: readonly NewEvent['type'][] = [
  'room-created',
  'participant-connected',
  'track-added',
  'track-removed',
  'participant-disconnected',
  'room-ended',
]

/**
 * What must have happened in a room by Twilio's word, and is not in the log: with Twilio's times, which are whole
 * seconds. What happened after `before` may still be reported, and is left for later, unless the room was over before:
 * then it is all there is.
 *
 * Twilio lists only tracks that are published right now: one that is listed no more was removed when its participant
 * left, or else when it was missed first (`missedAt` says when, in ms since 1970); one that came and went in between is
 * not known to anyone. Whether tracks are enabled is not inferred: a report that comes late could not be told from
 * another change.
 *
 * @param known the room's log, read before `state` was
 */
export function inferMissing(
  known: readonly RoomEvent[],
  state: RoomState,
  { before, missedAt }: { before: number; missedAt: (trackSid: string) => number },
): NewEvent[] {
  const keys = new Set(known.map(toEventKey))
  const { endedAt } = state.room
  const isOver = known.some(({ type }) => type === 'room-ended') || (endedAt !== null && Date.parse(endedAt) <= before)
  const added = inferTracksAdded(state)
  const tracks = [...added, ...inferTracksRemoved([...known.filter(isTrackAdded), ...added], state, missedAt)]
  return [...inferRoom(state), ...inferParticipants(state), ...inferUnlisted(known, state), ...tracks]
    .filter((event) => (isOver || Date.parse(event.at) <= before) && !keys.has(toEventKey(event)))
    .toSorted((a, b) => (a.at === b.at ? RANKS.indexOf(a.type) - RANKS.indexOf(b.type) : a.at < b.at ? -1 : 1))
}

/**
 * The end of a room that Twilio no longer knows, and with it everybody's leaving: nobody can say when that was, so it is
 * now. Nothing, while something happened there in the last `quietMs`: Twilio may not know so new a room yet.
 */
export function inferForgotten(
  known: readonly RoomEvent[],
  { now, quietMs }: { now: number; quietMs: number },
): NewEvent[] {
  const [first] = known
  const last = known.at(-1)
  if (first === undefined || last === undefined || Date.parse(last.at) > now - quietMs) return []
  const { roomSid: sid, roomName: name } = last
  const endedAt = known.find(({ type }) => type === 'room-ended')?.at ?? new Date(now).toISOString()
  const room = { sid, name, createdAt: first.at, endedAt, duration: null }
  return inferMissing(known, { room, participants: [], tracks: [] }, { before: now, missedAt: () => now }).filter(
    ({ type }) => type !== 'room-created',
  )
}

function inferRoom({ room }: RoomState): NewEvent[] {
  const created = { type: 'room-created', ...common(room, room.createdAt) } as const
  if (room.endedAt === null) return [created]
  return [created, { type: 'room-ended', ...common(room, room.endedAt), duration: room.duration }]
}

function inferParticipants({ room, participants }: RoomState): NewEvent[] {
  return participants.flatMap(({ sid: participantSid, identity, joinedAt, leftAt, duration }): NewEvent[] => {
    const who = { participantSid, identity }
    const connected = { type: 'participant-connected', ...common(room, joinedAt), ...who } as const
    // Nobody stays in a room that is over.
    const end = leftAt ?? room.endedAt
    if (end === null) return [connected]
    return [connected, { type: 'participant-disconnected', ...common(room, end), ...who, duration }]
  })
}

/** That those who came, and are not listed, left: in a room that goes on they may be reconnecting. */
function inferUnlisted(known: readonly RoomEvent[], { room, participants }: RoomState): NewEvent[] {
  const end = room.endedAt
  if (end === null) return []
  const listed = new Set<string>(participants.map(({ sid }) => sid))
  return known.flatMap((event): NewEvent[] => {
    if (event.type !== 'participant-connected' || listed.has(event.participantSid)) return []
    const { participantSid, identity } = event
    return [{ type: 'participant-disconnected', ...common(room, end), participantSid, identity, duration: null }]
  })
}

type TrackAdded = Omit<RoomEventOf<'track-added'>, 'id'>

function inferTracksAdded({ room, participants, tracks }: RoomState): TrackAdded[] {
  const identities = new Map(participants.map(({ sid, identity }) => [sid, identity]))
  return tracks.flatMap(({ sid: trackSid, participantSid, name: trackName, kind, createdAt }): TrackAdded[] => {
    const identity = identities.get(participantSid)
    if (identity === undefined) return []
    const fields = { participantSid, identity, trackSid, trackName, kind }
    return [{ type: 'track-added', ...common(room, createdAt), ...fields }]
  })
}

function inferTracksRemoved(
  added: readonly TrackAdded[],
  { room, participants, tracks }: RoomState,
  missedAt: (trackSid: string) => number,
): NewEvent[] {
  const present = new Map(participants.map((participant) => [participant.sid, participant]))
  const published = new Set(tracks.map(({ sid }) => sid))
  return added.flatMap(({ participantSid, identity, trackSid, trackName, kind }): NewEvent[] => {
    const participant = present.get(participantSid)
    let end = participant?.leftAt ?? room.endedAt
    if (end === null) {
      // One whom Twilio lists neither as inside nor as gone may be reconnecting.
      if (participant === undefined || published.has(trackSid)) return []
      end = new Date(missedAt(trackSid)).toISOString()
    }
    const fields = { participantSid, identity, trackSid, trackName, kind }
    return [{ type: 'track-removed', ...common(room, end), ...fields }]
  })
}

function isTrackAdded(event: RoomEvent): event is RoomEventOf<'track-added'> {
  return event.type === 'track-added'
}

/** Reports have milliseconds, and instants are put in order as text. */
function common({ sid: roomSid, name: roomName }: RoomState['room'], instant: string) {
  return { roomSid, roomName, at: new Date(instant).toISOString(), sequenceNumber: null, inferred: true }
}
