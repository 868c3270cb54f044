import type { PresentParticipant, RoomEvent, RoomEventType } from '@roomkey/shared'
import { useCallback, useRef, useSyncExternalStore } from 'react'
import type { RoomkeyClient } from '../../client.ts'
import type { RoomkeyError } from '../../errors.ts'
import { useClient } from '../provider.ts'
import { sameValues } from '../use-emitter.ts'
import { useKeyed } from '../use-keyed.ts'
import { createEventReader, type EventReader, type Followed } from './event-reader.ts'

/** Who is in a room, as far as it is known. */
export type RoomPresence = {
  /**
   * `loading`: not known yet; `live`; `reconnecting`: as far as it was known, while the connection is made again or,
   * after `error`, all is; `failed`, for good, by `error`.
   */
  status: 'idle' | 'loading' | 'live' | 'reconnecting' | 'failed'
  /** Those who are inside, in the order of joining. */
  participants: readonly PresentParticipant[]
  /** Whether the room is over. */
  hasEnded: boolean
  error: RoomkeyError | null
}

/** How presence is asked for. */
export type UseRoomPresenceOptions = {
  /** Another client than the provider's, such as one with an invitation. */
  client?: RoomkeyClient
}

type Inside = { participants: readonly PresentParticipant[]; hasEnded: boolean }

const NOBODY: Inside = { participants: [], hasEnded: false }
const IDLE: RoomPresence = { status: 'idle', ...NOBODY, error: null }
const TYPES: RoomEventType[] = ['participant-connected', 'participant-disconnected', 'room-ended']

/** Who is in a room, by its SID or name, live, while mounted; `null`: in none. */
export function useRoomPresence(room: string | null, options?: UseRoomPresenceOptions): RoomPresence {
  return useRoomsPresence(room === null ? [] : [room], options)[0] ?? IDLE
}

/** As `useRoomPresence`, of any number of rooms on one connection, in their order. */
export function useRoomsPresence(
  rooms: readonly string[],
  { client }: UseRoomPresenceOptions = {},
): readonly RoomPresence[] {
  const { rooms: calls } = useClient(client)
  const readers = useKeyed(() => new Map<string, EventReader<Inside>>(), [calls])
  const last = useRef<readonly Followed<Inside>[]>([])
  const find = (sid: string) => {
    const reader = readers.get(sid) ?? createPresenceReader(calls, sid)
    readers.set(sid, reader)
    return reader
  }
  const subscribe = useCallback(
    (notify: () => void) => {
      const unsubscribe = rooms.map((sid) => find(sid).subscribe(notify))
      return () => unsubscribe.forEach((each) => each())
    },
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- a list of the same rooms is the same
    [readers, rooms.join(' ')],
  )
  const snapshot = () => {
    const states = rooms.map((sid) => find(sid).state())
    if (!sameValues(last.current, states)) last.current = states
    return last.current
  }
  const states = useSyncExternalStore(subscribe, snapshot, snapshot)
  return states.map(({ status, value, error }) => ({ status, ...value, error }))
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
function reducePresence(inside: Inside, event: RoomEvent): Inside {
  if (event.type === 'room-ended') return { participants: [], hasEnded: true }
  if (event.type !== 'participant-connected' && event.type !== 'participant-disconnected') return inside
  const { participantSid, identity, at: joinedAt } = event
  const others = inside.participants.filter((participant) => participant.participantSid !== participantSid)
  return event.type === 'participant-disconnected'
    ? { ...inside, participants: others }
    : { ...inside, participants: [...others, { participantSid, identity, joinedAt }] }
}
