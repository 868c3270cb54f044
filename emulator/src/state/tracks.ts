import { TwilioError } from '../errors.ts'
import type { Participant, Track, TrackKind, TrackPriority } from './entities.ts'
import { checkTrackName } from './name.ts'
import { announcingRecordingState, startRecording, stopRecording } from './recordings.ts'
import { rulesInclude } from './rule.ts'
import type { State } from './state.ts'

export type PublishOptions = {
  kind: TrackKind
  name: string
  /** Default true. */
  enabled?: boolean
  /** Default `standard`. */
  priority?: TrackPriority
}

/**
 * Publishes a track.
 * @throws TwilioError 53204 when the participant has left, 53301–53303 for the name, 53304 when this participant
 *   already publishes that name, 53125 for video in an audio-only room, 53203 when the room holds as many tracks as it may
 */
export function publishTrack(state: State, publisher: Participant, options: PublishOptions): Track {
  const { room } = publisher
  if (publisher.status === 'disconnected') throw new TwilioError(53204)
  checkTrackName(options.name)
  if (publisher.tracksByName.has(options.name)) throw new TwilioError(53304)
  if (room.settings.audioOnly && options.kind === 'video') throw new TwilioError(53125)
  const limit = room.settings.maxConcurrentPublishedTracks
  if (limit > 0 && room.tracks.size >= limit) throw new TwilioError(53203)

  const track: Track = {
    sid: state.createSid('MT'),
    publisher,
    ordinal: state.nextOrdinal(),
    name: options.name,
    kind: options.kind,
    enabled: options.enabled ?? true,
    priority: options.priority ?? 'standard',
    createdAt: state.clock.now(),
    updatedAt: null,
  }
  publisher.tracks.set(track.sid, track)
  publisher.tracksByName.set(track.name, track)
  room.tracks.set(track.sid, track)
  state.announce({ type: 'track-published', track })
  announcingRecordingState(state, room, () => startRecording(state, track))
  return track
}

/** Enables, disables or re-prioritises a published track. A track that is no longer published is left alone. */
export function updateTrack(state: State, track: Track, update: { enabled?: boolean; priority?: TrackPriority }): void {
  if (!isPublished(track)) return
  const { enabled = track.enabled, priority = track.priority } = update
  const changed = { enabled: enabled !== track.enabled, priority: priority !== track.priority }
  if (!changed.enabled && !changed.priority) return
  track.enabled = enabled
  track.priority = priority
  track.updatedAt = state.clock.now()
  state.announce({ type: 'track-updated', track, changed })
}

/** Takes a track back. One that is no longer published is left alone. */
export function unpublishTrack(state: State, track: Track): void {
  if (!isPublished(track)) return
  const { publisher } = track
  const { room } = publisher
  publisher.tracks.delete(track.sid)
  publisher.tracksByName.delete(track.name)
  room.tracks.delete(track.sid)
  state.announce({ type: 'track-unpublished', track })
  const recording = room.activeRecordings.get(track.sid)
  if (recording) announcingRecordingState(state, room, () => stopRecording(state, recording))
}

export function isPublished(track: Track): boolean {
  return track.publisher.tracks.has(track.sid)
}

/** Whether a participant's rules subscribe them to a track. Nobody subscribes to their own. */
export function isSubscribed(subscriber: Participant, track: Track): boolean {
  return track.publisher !== subscriber && rulesInclude(subscriber.subscribeRules, track)
}

/** What a participant is subscribed to now, oldest first; nothing once they have left. */
export function subscribedTracks(subscriber: Participant): Track[] {
  if (subscriber.status === 'disconnected') return []
  return [...subscriber.room.tracks.values()].filter((track) => isSubscribed(subscriber, track))
}
