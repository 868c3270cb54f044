import { useMemo } from 'react'
import type { Participant, RemoteParticipant, Room } from 'twilio-video'
import { useEmitter } from '../use-emitter.ts'

/** The others in the room, in order of joining. Renders again when one comes, goes, or loses and regains connection. */
export function useParticipants(room: Room | null): RemoteParticipant[] {
  const read = () => [...(room?.participants.values() ?? [])].flatMap((participant) => [participant, participant.state])
  const values = useEmitter(room, PARTICIPANT_EVENTS, read)
  return useMemo(() => values.filter((value) => typeof value !== 'string'), [values])
}

/** The SDK's own words for how it is with a participant's connection. */
export type ParticipantState = 'connected' | 'reconnecting' | 'disconnected'

/** Whether a participant, local or remote, is `connected`, `reconnecting` or `disconnected`. */
export function useParticipantState(participant: Participant | null): ParticipantState | null {
  const [state] = useEmitter(participant, STATE_EVENTS, () => [participant?.state ?? null])
  return state as ParticipantState | null
}

/** The remote participant who speaks loudest. Needs `dominantSpeaker: true` at joining; else always `null`. */
export function useDominantSpeaker(room: Room | null): RemoteParticipant | null {
  const [speaker] = useEmitter(room, SPEAKER_EVENTS, () => [room?.dominantSpeaker ?? null])
  return speaker
}

/**
 * How good a participant's connection is: 0 (broken) to 5 (excellent), `null` while unknown.
 * Needs `networkQuality` at joining: `true` for the local one, `{ local: 1, remote: 1 }` for all.
 */
export function useNetworkQuality(participant: Participant | null): number | null {
  const [level] = useEmitter(participant, QUALITY_EVENTS, () => [participant?.networkQualityLevel ?? null])
  return level
}

/** Whether the room is being recorded: people have a right to know. */
export function useIsRecording(room: Room | null): boolean {
  const [isRecording] = useEmitter(room, RECORDING_EVENTS, () => [room?.isRecording ?? false])
  return isRecording
}

const PARTICIPANT_EVENTS = [
  'participantConnected',
  'participantDisconnected',
  'participantReconnecting',
  'participantReconnected',
  'disconnected',
]
const STATE_EVENTS = ['reconnecting', 'reconnected', 'disconnected']
const SPEAKER_EVENTS = ['dominantSpeakerChanged', 'participantDisconnected', 'disconnected']
const QUALITY_EVENTS = ['networkQualityLevelChanged']
const RECORDING_EVENTS = ['recordingStarted', 'recordingStopped']
