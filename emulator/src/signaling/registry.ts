import {
  disconnectParticipant,
  markReconnecting,
  type Change,
  type Participant,
  type Room,
  type State,
} from '../state/index.ts'
import { isTranscribed, type Speech } from './media/transcriber.ts'
import type { MediaRoom } from './media/media-room.ts'
import type { Connection } from './socket/connection.ts'
import { RoomSignaling } from './room.ts'
import { formatDisconnect, type ServerMessage } from './server-message.ts'
import { Session } from './session.ts'

/** Sessions that ended while their client was away, whose reason is kept for its return. */
const MAX_DISCONNECT_MESSAGES = 1000

export type RegistryOptions = {
  sessionTimeoutSeconds: number
  /** How those in a room get each other's media. */
  createMediaRoom: (room: Room, trackIds: ReadonlyMap<string, string>) => MediaRoom
}

export type Registry = ReturnType<typeof createRegistry>

/** All sessions of one emulator. It passes every change of the state on to the clients concerned. */
export function createRegistry(state: State, { sessionTimeoutSeconds, createMediaRoom }: RegistryOptions) {
  const sessions = new Map<string, Session>()
  const rooms = new Map<string, RoomSignaling>()
  const disconnectMessages = new Map<string, ServerMessage>()
  const changedInBatch = new Set<Participant>()
  let batches = 0

  const unsubscribe = state.onChange((change) => {
    switch (change.type) {
      case 'participant-connected':
      case 'participant-reconnecting':
      case 'participant-reconnected':
        return participantChanged(change.participant)
      case 'participant-disconnected':
        return participantLeft(change)
      case 'track-published':
      case 'track-unpublished':
        participantChanged(change.track.publisher)
        return rooms.get(change.track.publisher.room.sid)?.subscriptionsChanged()
      case 'track-updated':
        return participantChanged(change.track.publisher)
      case 'subscriptions-changed':
        return rooms.get(change.participant.room.sid)?.subscriptionsChanged()
      case 'recording-changed':
        return rooms.get(change.room.sid)?.recordingChanged(change.isRecording)
      case 'reset':
        return forgetAll()
      case 'room-created':
      case 'room-completed':
      case 'recording-started':
      case 'recording-completed':
        // Clients learn of these only through the changes above.
        return
    }
  })

  function participantChanged(participant: Participant): void {
    if (batches > 0) changedInBatch.add(participant)
    else rooms.get(participant.room.sid)?.participantChanged(participant)
  }

  function participantLeft({ participant, tracks, reason }: Change & { type: 'participant-disconnected' }): void {
    changedInBatch.delete(participant)
    const room = rooms.get(participant.room.sid)
    const session = room?.sessions.get(participant.sid)
    if (session) {
      const disconnectMessage = session.isAway ? formatDisconnect(reason) : null
      if (disconnectMessage) rememberDisconnectMessage(session.id, disconnectMessage)
      sessions.delete(session.id)
    }
    room?.participantLeft(participant, tracks, reason)
    if (room?.sessions.size !== 0) return
    room.close()
    rooms.delete(participant.room.sid)
  }

  function rememberDisconnectMessage(sessionId: string, disconnectMessage: ServerMessage): void {
    disconnectMessages.set(sessionId, disconnectMessage)
    const [oldest] = disconnectMessages.keys()
    if (disconnectMessages.size > MAX_DISCONNECT_MESSAGES && oldest !== undefined) disconnectMessages.delete(oldest)
  }

  function forgetAll(): void {
    for (const session of sessions.values()) session.end('room-completed')
    forgetRooms()
    disconnectMessages.clear()
    changedInBatch.clear()
  }

  function forgetRooms(): void {
    for (const room of rooms.values()) room.close()
    sessions.clear()
    rooms.clear()
  }

  function createRoomSignaling(room: Room): RoomSignaling {
    const trackIds = new Map<string, string>()
    return new RoomSignaling(room, trackIds, createMediaRoom(room, trackIds))
  }

  return {
    state,

    /** Runs changes that belong together: others are sent each participant once, with the final state. */
    batch<TResult>(change: () => TResult): TResult {
      batches++
      try {
        return change()
      } finally {
        if (--batches === 0) {
          const changed = [...changedInBatch]
          changedInBatch.clear()
          for (const participant of changed) participantChanged(participant)
        }
      }
    },

    /** Begins the session of a participant who has just come in. */
    open(participant: Participant, connection: Connection): Session {
      const { room } = participant
      const signaling = rooms.get(room.sid) ?? createRoomSignaling(room)
      rooms.set(room.sid, signaling)
      const session = new Session(state, participant, signaling)
      session.connection = connection
      signaling.sessions.set(participant.sid, session)
      sessions.set(session.id, session)
      return session
    },

    /** Whether any session has lost its connection and waits for another. */
    hasAway: (): boolean => [...sessions.values()].some((session) => session.isAway),

    find: (sessionId: string | null): Session | undefined => sessions.get(sessionId ?? ''),

    /** Why a session that is no more has ended, for the client that was away then. */
    takeDisconnectMessage(sessionId: string | null): ServerMessage | null {
      const disconnectMessage = disconnectMessages.get(sessionId ?? '') ?? null
      disconnectMessages.delete(sessionId ?? '')
      return disconnectMessage
    },

    /** Gives a session a new connection. */
    attach(session: Session, connection: Connection): void {
      session.expiry?.cancel()
      session.expiry = null
      session.connection = connection
    },

    /** A session has lost its connection; it ends if none comes in time. */
    detach(session: Session): void {
      session.connection = null
      session.expiry = state.clock.setTimer(sessionTimeoutSeconds * 1000, () =>
        disconnectParticipant(state, session.participant, 'session-expired'),
      )
      markReconnecting(state, session.participant)
    },

    /** A room without clients has nobody to send it to. */
    transcribe: (participant: Participant, speech: Speech): boolean =>
      rooms.get(participant.room.sid)?.media.transcribe(participant, speech) ?? isTranscribed(participant),

    close(): void {
      unsubscribe()
      for (const session of sessions.values()) session.expiry?.cancel()
      forgetRooms()
    },
  }
}
