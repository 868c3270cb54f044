'use client'

export { RoomkeyProvider, useRoomkey } from './provider.ts'
export { useRoom, type RoomHandle, type UseRoomOptions } from './room/use-room.ts'
export { SCREEN_TRACK_NAME } from './room/own-tracks.ts'
export type { Media, RoomState } from './room/room-session.ts'
export {
  useDominantSpeaker,
  useIsRecording,
  useNetworkQuality,
  useParticipantState,
  useParticipants,
  type ParticipantState,
} from './room/use-participants.ts'
export { useTrack, useTracks, type AnyPublication, type AnyTrack, type TrackView } from './room/use-track.ts'
export { useLocalMedia } from './devices/use-local-media.ts'
export type { DeviceView, LocalMedia, LocalMediaOptions, ScreenView } from './devices/local-media.ts'
export type { PermissionStatus } from './devices/watch-devices.ts'
export type { DeviceState, DeviceStatus } from './devices/local-device.ts'
export { useAudioLevel } from './devices/use-audio-level.ts'
export { createAudioLevelMeter, type AudioLevelMeter } from './devices/audio-level-meter.ts'
export { useEmitter } from './use-emitter.ts'
export { useMessages, type Message, type Messages } from './room/use-messages.ts'
export { useRoomEvents, type RoomEventsView, type UseRoomEventsOptions } from './events/use-room-events.ts'
export {
  useRoomPresence,
  useRoomsPresence,
  type RoomPresence,
  type UseRoomPresenceOptions,
} from './events/use-room-presence.ts'
