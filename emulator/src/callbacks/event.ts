import { recordingSeconds, wholeSeconds } from '../rest/wire/format.ts'
import type { Change, Participant, Recording, Room, Track } from '../state/index.ts'

/** A callback's own parameters, without those that every callback carries. */
export type CallbackEvent = { room: Room; event: string; parameters: Record<string, string> }

/**
 * The callbacks that a change makes, in their order: none for what Twilio does not report, such as reconnecting.
 * Source: Twilio "Status Callbacks"; the parameters as in callbacks captured from the real service.
 */
export function callbackEvents(change: Change): CallbackEvent[] {
  switch (change.type) {
    case 'room-created':
      return [roomEvent('room-created', change.room)]
    case 'room-completed': {
      const { createdAt, endedAt } = change.room
      const seconds = wholeSeconds(createdAt, endedAt ?? createdAt)
      return [roomEvent('room-ended', change.room, { RoomDuration: String(seconds) })]
    }
    case 'participant-connected':
      return [participantEvent('participant-connected', change.participant)]
    case 'participant-disconnected': {
      const { startedAt, endedAt } = change.participant
      const seconds = wholeSeconds(startedAt, endedAt ?? startedAt)
      return [
        ...change.tracks.map((track) => trackEvent('track-removed', track)),
        participantEvent('participant-disconnected', change.participant, { ParticipantDuration: String(seconds) }),
      ]
    }
    case 'track-published':
      return [trackEvent('track-added', change.track)]
    case 'track-unpublished':
      return [trackEvent('track-removed', change.track)]
    case 'track-updated':
      if (!change.changed.enabled) return []
      return [trackEvent(change.track.enabled ? 'track-enabled' : 'track-disabled', change.track)]
    case 'recording-started':
      return [recordingEvent('recording-started', change.recording)]
    case 'recording-completed':
      return [recordingEvent('recording-completed', change.recording)]
    case 'participant-reconnecting':
    case 'participant-reconnected':
    case 'subscriptions-changed':
    case 'recording-changed':
    case 'reset':
      break
  }
  return []
}

function roomEvent(event: string, room: Room, more: Record<string, string> = {}): CallbackEvent {
  return { room, event, parameters: { RoomStatus: room.status, ...more } }
}

function participantEvent(event: string, participant: Participant, more: Record<string, string> = {}): CallbackEvent {
  return roomEvent(event, participant.room, {
    ParticipantSid: participant.sid,
    ParticipantIdentity: participant.identity,
    // A participant whose connection is lost is still connected to Twilio; callbacks have no third status.
    ParticipantStatus: participant.status === 'disconnected' ? 'disconnected' : 'connected',
    ...more,
  })
}

function trackEvent(event: string, track: Track): CallbackEvent {
  return participantEvent(event, track.publisher, { TrackSid: track.sid, TrackKind: track.kind, TrackName: track.name })
}

function recordingEvent(event: 'recording-started' | 'recording-completed', recording: Recording): CallbackEvent {
  const uri = `/v1/Recordings/${recording.sid}`
  const audio = recording.type === 'audio'
  const parameters = {
    RecordingSid: recording.sid,
    ParticipantSid: recording.participantSid,
    ParticipantIdentity: recording.participantIdentity,
    SourceSid: recording.sourceSid,
    RecordingUri: uri,
    Container: audio ? 'mka' : 'mkv',
    Codec: audio ? 'opus' : 'vp8',
    TrackName: recording.trackName,
    OffsetFromTwilioVideoEpoch: String(recording.createdAt),
    Type: recording.type,
  }
  if (event === 'recording-started') return { room: recording.room, event, parameters }
  const result = { MediaUri: `${uri}/Media`, Duration: String(recordingSeconds(recording)), Size: '0' }
  return { room: recording.room, event, parameters: { ...parameters, ...result } }
}
