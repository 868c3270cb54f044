import { TwilioError } from '../errors.ts'
import { isSid } from '../sid.ts'
import type { DisconnectReason } from './change.ts'
import { hasMediaServer, type Participant, type Room, type Rule } from './entities.ts'
import { checkIdentity } from './name.ts'
import { awaitReturn, createRoom, findRoom } from './rooms.ts'
import { INCLUDE_ALL } from './rule.ts'
import type { State } from './state.ts'
import { runTranscription } from './transcriptions.ts'
import { endSession } from './end-session.ts'

export type ConnectOptions = {
  identity: string
  /** Default: everything is subscribed to. Without effect in peer-to-peer and go rooms. */
  subscribeRules?: readonly Rule[]
}

/**
 * Lets an identity into a room by its SID or its name; an unknown name makes the room if ad-hoc rooms are allowed,
 * `null` a room named by its own SID.
 * @throws TwilioError 53106 when there is no such room in progress, 53103 for `null` without ad-hoc rooms,
 *   53100–53102 for the name, and all that `connectParticipant` throws; nothing is created then
 */
export function joinRoom(state: State, nameOrSid: string | null, options: ConnectOptions): Participant {
  checkIdentity(options.identity)
  return connectParticipant(state, openRoom(state, nameOrSid), options)
}

/**
 * Lets an identity into a room. Whoever is inside under the same identity is disconnected, `duplicate-identity`.
 * @throws TwilioError 53106 when the room is over, 53105 when it is full, 53200–53202 for the identity
 */
export function connectParticipant(state: State, room: Room, options: ConnectOptions): Participant {
  const { identity, subscribeRules = INCLUDE_ALL } = options
  checkIdentity(identity)
  if (room.status === 'completed') throw new TwilioError(53106)
  const older = room.connected.get(identity)
  if (older === undefined && room.connected.size >= room.settings.maxParticipants) throw new TwilioError(53105)

  room.timers.vacancy?.cancel()
  if (older) endSession(state, older, 'duplicate-identity')
  const now = state.clock.now()
  const participant: Participant = {
    sid: state.createSid('PA'),
    room,
    ordinal: state.nextOrdinal(),
    identity,
    status: 'connected',
    createdAt: now,
    updatedAt: now,
    startedAt: now,
    endedAt: null,
    tracks: new Map(),
    tracksByName: new Map(),
    // Without a media server everyone receives everything, whatever they ask for.
    subscribeRules: hasMediaServer(room.settings.type) ? subscribeRules : INCLUDE_ALL,
    subscribeRulesUpdatedAt: null,
    timers: { session: null },
  }
  room.participants.set(participant.sid, participant)
  room.connected.set(identity, participant)
  runTranscription(state, room)
  participant.timers.session = state.clock.setTimer(room.settings.maxParticipantDurationSeconds * 1000, () =>
    disconnectParticipant(state, participant, 'duration-exceeded'),
  )
  state.announce({ type: 'participant-connected', participant })
  return participant
}

/** Notes that a participant's connection is lost and may come back. */
export function markReconnecting(state: State, participant: Participant): void {
  if (participant.status !== 'connected') return
  participant.status = 'reconnecting'
  participant.updatedAt = state.clock.now()
  state.announce({ type: 'participant-reconnecting', participant })
}

/** Notes that a lost participant is back. */
export function markReconnected(state: State, participant: Participant): void {
  if (participant.status !== 'reconnecting') return
  participant.status = 'connected'
  participant.updatedAt = state.clock.now()
  state.announce({ type: 'participant-reconnected', participant })
}

/** Disconnects a participant; after the last one the room's empty timeout begins. Does nothing for one who has left. */
export function disconnectParticipant(state: State, participant: Participant, reason: DisconnectReason): void {
  if (participant.status === 'disconnected') return
  endSession(state, participant, reason)
  const { room } = participant
  if (room.status === 'in-progress' && room.connected.size === 0) awaitReturn(state, room)
}

/** A participant by SID, whatever their status, or by identity while they are inside. */
export function findParticipant(room: Room, identityOrSid: string): Participant | undefined {
  return room.participants.get(identityOrSid) ?? room.connected.get(identityOrSid)
}

/**
 * Replaces what a participant subscribes to.
 * @throws TwilioError 53117 in rooms whose type knows no subscriptions, 53204 when the participant has left
 */
export function setSubscribeRules(state: State, participant: Participant, rules: readonly Rule[]): void {
  if (!hasMediaServer(participant.room.settings.type)) throw new TwilioError(53117)
  if (participant.status === 'disconnected') throw new TwilioError(53204)
  participant.subscribeRules = rules
  participant.subscribeRulesUpdatedAt = state.clock.now()
  state.announce({ type: 'subscriptions-changed', participant })
}

/** Replaces the identity of one who has left by their SID. @throws TwilioError 20001 while they are inside */
export function anonymizeParticipant(state: State, participant: Participant): void {
  if (participant.status !== 'disconnected') throw new TwilioError(20001, 'Participant is still connected')
  participant.identity = participant.sid
  participant.updatedAt = state.clock.now()
}

function openRoom(state: State, nameOrSid: string | null): Room {
  const room = nameOrSid === null ? undefined : findRoom(state, nameOrSid)
  if (room) return room
  if (nameOrSid === null && !state.adHocRooms) throw new TwilioError(53103)
  if (nameOrSid !== null && (!state.adHocRooms || isSid('RM', nameOrSid))) throw new TwilioError(53106)
  return createRoom(state, {
    name: nameOrSid ?? undefined,
    settings: {
      // An ad-hoc room ends at once when the last one leaves. Source: Twilio "Understanding Video Rooms".
      emptyRoomTimeoutMinutes: 0,
      unusedRoomTimeoutMinutes: 0,
      statusCallback: state.statusCallback?.url ?? null,
      statusCallbackMethod: state.statusCallback?.method ?? 'POST',
    },
  })
}
