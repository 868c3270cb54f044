import type { Timer } from '../clock.ts'

export type RoomType = 'group' | 'group-small' | 'peer-to-peer' | 'go'
export type RoomStatus = 'in-progress' | 'completed'
export type ParticipantStatus = 'connected' | 'reconnecting' | 'disconnected'
export type TrackKind = 'audio' | 'video' | 'data'
export type TrackPriority = 'low' | 'standard' | 'high'
export type RecordingStatus = 'processing' | 'completed' | 'deleted'
export type TranscriptionStatus = 'started' | 'stopped'
export type CallbackMethod = 'GET' | 'POST'

/**
 * One step of subscribe or recording rules. Its filters are ANDed; absent ones do not filter.
 * Source: Twilio "Track Subscriptions API" and "Recording Rules API".
 */
export type Rule = {
  type: 'include' | 'exclude'
  all?: true
  kind?: TrackKind
  /** Identity or participant SID. */
  publisher?: string
  /** Name or SID of a track. */
  track?: string
}

/** What a room is made of, decided when it is created and fixed from then on. */
export type RoomSettings = {
  type: RoomType
  /** 1–50. */
  maxParticipants: number
  /** Longest session of one participant, in seconds. */
  maxParticipantDurationSeconds: number
  /** Minutes until a room that everybody has left ends; 0 ends it at once. */
  emptyRoomTimeoutMinutes: number
  /** Minutes until a room that nobody has entered ends; 0 only for ad-hoc rooms, which are made by entering. */
  unusedRoomTimeoutMinutes: number
  /** Most tracks published at one time in the whole room; 0 is no limit. */
  maxConcurrentPublishedTracks: number
  mediaRegion: string
  videoCodecs: readonly string[]
  audioOnly: boolean
  largeRoom: boolean
  recordParticipantsOnConnect: boolean
  transcribeParticipantsOnConnect: boolean
  statusCallback: string | null
  statusCallbackMethod: CallbackMethod
}

/** Whether rooms of a type route media through a server, which recording and subscriptions need. */
export function hasMediaServer(type: RoomType): boolean {
  return type !== 'go' && type !== 'peer-to-peer'
}

/** A room, in progress or over. Times are milliseconds since 1970. Read it freely; change it by the named functions only. */
export type Room = {
  readonly sid: string
  readonly accountSid: string
  /** Twilio's `UniqueName`; the SID when it was created without a name. */
  readonly name: string
  readonly settings: Readonly<RoomSettings>
  /** Grows with every entity made: the order of creation, and a position that paging can hold on to. */
  readonly ordinal: number
  readonly createdAt: number
  status: RoomStatus
  updatedAt: number
  endedAt: number | null
  /** Everyone who is or was inside, by SID, oldest first. */
  readonly participants: Map<string, Participant>
  /** Those who are in the room now (`connected` or `reconnecting`), by identity. */
  readonly connected: Map<string, Participant>
  /** What is published in the room now, by SID, oldest first. */
  readonly tracks: Map<string, Track>
  /** `null` until rules are given; then those rules alone decide. */
  recordingRules: readonly Rule[] | null
  recordingRulesUpdatedAt: number | null
  /** Recordings under way, by the SID of the recorded track. */
  readonly activeRecordings: Map<string, Recording>
  /** All recordings of the room that have not been forgotten, by SID, oldest first. */
  readonly recordings: Map<string, Recording>
  /** `null` until transcription is asked for. */
  transcription: Transcription | null
  /** @internal */
  readonly timers: { life: Timer | null; vacancy: Timer | null }
}

/** One session of an identity in a room. Two sessions, two participants. */
export type Participant = {
  readonly sid: string
  readonly room: Room
  readonly ordinal: number
  /** The participant's own SID after `anonymizeParticipant`. */
  identity: string
  status: ParticipantStatus
  readonly createdAt: number
  updatedAt: number
  readonly startedAt: number
  endedAt: number | null
  /** What this participant publishes now, by SID, oldest first; empty once disconnected. */
  readonly tracks: Map<string, Track>
  /** The same tracks by name. */
  readonly tracksByName: Map<string, Track>
  subscribeRules: readonly Rule[]
  subscribeRulesUpdatedAt: number | null
  /** @internal */
  readonly timers: { session: Timer | null }
}

/** A track while it is published; a track that is published anew has a new SID. */
export type Track = {
  readonly sid: string
  readonly publisher: Participant
  readonly ordinal: number
  readonly name: string
  readonly kind: TrackKind
  enabled: boolean
  priority: TrackPriority
  readonly createdAt: number
  /** `null` until something about it changes. */
  updatedAt: number | null
}

/** The record of a recording. There is no media behind it: the emulator never sees any. */
export type Recording = {
  readonly sid: string
  readonly room: Room
  readonly participantSid: string
  readonly participantIdentity: string
  /** SID of the recorded track. */
  readonly sourceSid: string
  readonly trackName: string
  readonly type: 'audio' | 'video'
  readonly ordinal: number
  readonly createdAt: number
  status: RecordingStatus
  endedAt: number | null
}

/** That, and how, what is said in a room is transcribed. A room has one at most. */
export type Transcription = {
  readonly id: string
  readonly room: Room
  readonly ordinal: number
  readonly createdAt: number
  status: TranscriptionStatus
  /** As it was asked for; every value is a text. */
  configuration: Readonly<Record<string, string>>
  updatedAt: number | null
  /** When it was first under way with someone in the room. */
  startedAt: number | null
  endedAt: number | null
  /** For how long it was under way before the last start, in milliseconds. */
  elapsedMs: number
  /** When it was last started; `null` while it is stopped, or nobody is there. */
  runningSince: number | null
  /** How many texts there have been. */
  texts: number
}

/** Cancels timers and drops the references: entities that are over are kept for long. */
export function cancelTimers(timers: Record<string, Timer | null>): void {
  for (const [name, timer] of Object.entries(timers)) {
    timer?.cancel()
    timers[name] = null
  }
}
