import type { PresentParticipant, RoomEvent, RoomEventType } from '@roomkey/shared'
import { useSyncExternalStore } from 'react'
import type { RoomkeyClient } from '../../client.ts'
import type { RoomkeyError } from '../../errors.ts'
import { useRoomkey } from '../provider.ts'
import { useKeyed } from '../use-keyed.ts'
import { createEventReader, idleReader, type EventReader } from './event-reader.ts'

/** Who is in a room, as far as it is known. */
export type RoomPresence = {
  /** `idle` without a room; `loading`; `live`; `failed`, for good, by `error`. */
  status: 'idle' | 'loading' | 'live' | 'failed'
  /** Those who are inside, in the order of joining. */
  participants: readonly PresentParticipant[]
  /** Whether the room is over. */
  hasEnded: boolean
  error: RoomkeyError | null
}

type Inside = { participants: readonly PresentParticipant[]; hasEnded: boolean }

const NOBODY: Inside = { participants: [], hasEnded: false }
const IDLE = idleReader(NOBODY)
const TYPES: RoomEventType[] = ['participant-connected', 'participant-disconnected', 'room-ended']

/**
 * Who is in a room, by its SID or name, live, while mounted; `null`: in none. Any number of them share one connection.
 */
export function useRoomPresence(room: string | null): RoomPresence {
  const { rooms } = useRoomkey()
  const reader = useKeyed(() => (room === null ? IDLE : createPresenceReader(rooms, room)), [rooms, room])
  const { status, value, error } = useSyncExternalStore(reader.subscribe, reader.state, reader.state)
  return { status, ...value, error }
}

function createPresenceReader(rooms: RoomkeyClient['rooms'], sid: string): EventReader<Inside> {
  return createEventReader({
    rooms,
    sid,
    types: TYPES,
    initial: NOBODY,
    async start(signal) {
      const { participants, lastEventId } = await rooms.presence({ sid }, { signal })
      return { value: { participants, hasEnded: false }, lastEventId }
    },
    reduce: reducePresence,
  })
}

/** What an event makes of who is inside. */
export function reducePresence(inside: Inside, event: RoomEvent): Inside {
  if (event.type === 'room-ended') return { participants: [], hasEnded: true }
  if (event.type !== 'participant-connected' && event.type !== 'participant-disconnected') return inside
  const { participantSid, identity, at: joinedAt } = event
  const others = inside.participants.filter((participant) => participant.participantSid !== participantSid)
  return event.type === 'participant-disconnected'
    ? { ...inside, participants: others }
    : { ...inside, participants: [...others, { participantSid, identity, joinedAt }] }
}
