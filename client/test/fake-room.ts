import { EventEmitter } from 'node:events'
import type { RemoteParticipant, RemoteTrackPublication, Room } from 'twilio-video'

type FakeTrack = { kind: string; isEnabled: boolean; mediaStreamTrack: MediaStreamTrack; enable(on: boolean): void }

/** The SDK's `LocalDataTrack`, which keeps what was sent. */
export class FakeDataTrack {
  readonly name: string
  readonly sent: string[] = []
  constructor({ name }: { name: string }) {
    this.name = name
  }
  send(data: string) {
    this.sent.push(data)
  }
}

/** As much of the SDK's room as hooks without a browser touch: its events, and who publishes what. */
export function createFakeRoom(identity = 'alice') {
  const localParticipant = Object.assign(new EventEmitter(), {
    identity,
    sid: 'PA1',
    state: 'connected',
    networkQualityLevel: null as number | null,
    tracks: new Map<string, { trackSid: string; trackName: string; track: FakeTrack }>(),
    audioTracks: new Map<string, unknown>(),
    /** Whether each track is enabled, as last reported to the server and so to the others. */
    reported: new Map<MediaStreamTrack, boolean>(),
    async publishTrack(mediaStreamTrack: MediaStreamTrack, options?: { name?: string }) {
      const trackSid = `MT${mediaStreamTrack.id}`
      localParticipant.reported.set(mediaStreamTrack, mediaStreamTrack.enabled)
      const track: FakeTrack = {
        kind: mediaStreamTrack.kind,
        get isEnabled() {
          return mediaStreamTrack.enabled
        },
        mediaStreamTrack,
        // As the SDK does: only a change is reported.
        enable(on) {
          if (mediaStreamTrack.enabled === on) return
          mediaStreamTrack.enabled = on
          localParticipant.reported.set(mediaStreamTrack, on)
        },
      }
      const publication = localParticipant.tracks.get(trackSid) ?? {
        trackSid,
        trackName: options?.name ?? mediaStreamTrack.id,
        track,
      }
      localParticipant.tracks.set(trackSid, publication)
      return publication
    },
    unpublishTrack(mediaStreamTrack: MediaStreamTrack) {
      localParticipant.tracks.delete(`MT${mediaStreamTrack.id}`)
    },
  })
  const room = Object.assign(new EventEmitter(), {
    sid: 'RM1',
    name: 'room',
    state: 'connected',
    isRecording: false,
    dominantSpeaker: null as RemoteParticipant | null,
    participants: new Map<string, RemoteParticipant>(),
    localParticipant,
    disconnect() {
      end()
      return room
    },
  })
  function end(error?: Error) {
    if (room.state === 'disconnected') return
    room.state = 'disconnected'
    room.emit('disconnected', room, error)
  }
  return { room: room as unknown as Room, fake: room, end }
}

/** Another participant of a fake room. */
export function createFakeParticipant(sid: string, identity = sid) {
  const fake = Object.assign(new EventEmitter(), {
    sid,
    identity,
    state: 'connected',
    networkQualityLevel: null as number | null,
    tracks: new Map<string, RemoteTrackPublication>(),
    audioTracks: new Map<string, unknown>(),
  })
  return { fake, participant: fake as unknown as RemoteParticipant }
}

/** What a fake participant publishes. `fake.track` is `null` until a test subscribes to it. */
export function createFakePublication(trackSid: string, kind: 'audio' | 'video' = 'video', trackName = trackSid) {
  const track = Object.assign(new EventEmitter(), {
    kind,
    isEnabled: true,
    isSwitchedOff: false,
    dimensions: { width: null as number | null, height: null as number | null },
    elements: new Set<object>(),
    attach(element: object) {
      track.elements.add(element)
    },
    detach(element: object) {
      track.elements.delete(element)
    },
  })
  const fake = Object.assign(new EventEmitter(), {
    trackSid,
    trackName,
    kind,
    isTrackEnabled: true,
    track: null as typeof track | null,
  })
  return { fake, track, publication: fake as unknown as RemoteTrackPublication }
}

export function twilioError(code: number, message = 'Twilio says so'): Error {
  return Object.assign(new Error(message), { code })
}

/** A browser's track, for rooms that never send it anywhere. */
export function createFakeTrack(id: string, kind = 'video'): MediaStreamTrack {
  const track = Object.assign(new EventTarget(), {
    id,
    kind,
    enabled: true,
    readyState: 'live',
    getSettings: () => ({}),
    stop() {
      track.readyState = 'ended'
    },
  })
  return track as unknown as MediaStreamTrack
}
