import type { Participant, Recording, Room, Track } from './entities.ts'

/** Why a participant is no longer in the room. */
export type DisconnectReason =
  /** They left, or a bot was stopped. */
  | 'left'
  /** REST took them out. */
  | 'removed'
  /** The same identity connected again: the newer participant remains. */
  | 'duplicate-identity'
  /** The room ended around them. */
  | 'room-completed'
  /** They reached the room's longest session. */
  | 'duration-exceeded'
  /** Their connection was lost and did not come back in time. */
  | 'session-expired'

/** What has just happened to the state. The entities already show it. */
export type Change =
  | { type: 'room-created'; room: Room }
  /** Comes after `participant-disconnected` of everyone who was inside. */
  | { type: 'room-completed'; room: Room }
  | { type: 'participant-connected'; participant: Participant }
  | { type: 'participant-reconnecting'; participant: Participant }
  | { type: 'participant-reconnected'; participant: Participant }
  /** `tracks` are those that ended with the participant's session; they are not announced one by one. */
  | { type: 'participant-disconnected'; participant: Participant; reason: DisconnectReason; tracks: readonly Track[] }
  | { type: 'track-published'; track: Track }
  | { type: 'track-updated'; track: Track; changed: { enabled: boolean; priority: boolean } }
  | { type: 'track-unpublished'; track: Track }
  /** The participant's subscribe rules were replaced. Changes of tracks announce themselves and are not repeated here. */
  | { type: 'subscriptions-changed'; participant: Participant }
  | { type: 'recording-started'; recording: Recording }
  | { type: 'recording-completed'; recording: Recording }
  /** `isRecording(room)` has changed. */
  | { type: 'recording-changed'; room: Room; isRecording: boolean }
  /** Everything was forgotten at once. Nothing else announces it. */
  | { type: 'reset' }

export type ChangeListener = (change: Change) => void
