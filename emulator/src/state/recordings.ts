import { TwilioError } from '../errors.ts'
import { hasMediaServer, type Recording, type Room, type Track, type Rule } from './entities.ts'
import { retainRecording } from './retention.ts'
import { EXCLUDE_ALL, INCLUDE_ALL, rulesInclude } from './rule.ts'
import type { State } from './state.ts'

/** Whether any track of the room is being recorded now. */
export function isRecording(room: Room): boolean {
  return room.activeRecordings.size > 0
}

/** The rules in force: those given last, or what the room's own setting stands for. */
export function recordingRules(room: Room): readonly Rule[] {
  return room.recordingRules ?? (room.settings.recordParticipantsOnConnect ? INCLUDE_ALL : EXCLUDE_ALL)
}

/**
 * Replaces a room's recording rules; tracks now included begin a new recording, tracks now excluded end theirs.
 * @throws TwilioError 53118 when the room is over, 53122 when rooms of its type cannot record
 */
export function setRecordingRules(state: State, room: Room, rules: readonly Rule[]): void {
  if (room.status === 'completed') throw new TwilioError(53118)
  if (!hasMediaServer(room.settings.type)) throw new TwilioError(53122)
  room.recordingRules = rules
  room.recordingRulesUpdatedAt = state.clock.now()
  announcingRecordingState(state, room, () => {
    for (const track of room.tracks.values()) {
      const recording = room.activeRecordings.get(track.sid)
      if (recording === undefined) startRecording(state, track)
      else if (!rulesInclude(rules, track)) stopRecording(state, recording)
    }
  })
}

/** Begins to record a track if the room's rules ask for it. Data is never recorded. */
export function startRecording(state: State, track: Track): void {
  const { publisher, kind } = track
  const { room } = publisher
  if (kind === 'data' || !rulesInclude(recordingRules(room), track)) return
  const recording: Recording = {
    sid: state.createSid('RT'),
    room,
    participantSid: publisher.sid,
    participantIdentity: publisher.identity,
    sourceSid: track.sid,
    trackName: track.name,
    type: kind,
    ordinal: state.nextOrdinal(),
    createdAt: state.clock.now(),
    status: 'processing',
    endedAt: null,
  }
  room.activeRecordings.set(track.sid, recording)
  room.recordings.set(recording.sid, recording)
  state.recordings.set(recording.sid, recording)
  state.announce({ type: 'recording-started', recording })
}

export function stopRecording(state: State, recording: Recording): void {
  recording.room.activeRecordings.delete(recording.sourceSid)
  recording.status = 'completed'
  recording.endedAt = state.clock.now()
  retainRecording(state, recording)
  state.announce({ type: 'recording-completed', recording })
}

/** Deletes a recording's media; its record remains, and is listed only when asked for. One under way ends first. */
export function deleteRecording(state: State, recording: Recording): void {
  if (recording.status === 'processing') {
    announcingRecordingState(state, recording.room, () => stopRecording(state, recording))
  }
  recording.status = 'deleted'
}

/** Runs what starts or stops recordings, and announces if the room as a whole began or ceased to record. */
export function announcingRecordingState(state: State, room: Room, change: () => void): void {
  const before = isRecording(room)
  change()
  const after = isRecording(room)
  if (before !== after) state.announce({ type: 'recording-changed', room, isRecording: after })
}
