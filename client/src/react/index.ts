'use client'

export { RoomkeyProvider, useRoomkey } from './provider.ts'
export { useRoom, type RoomHandle, type UseRoomOptions } from './use-room.ts'
export { SCREEN_TRACK_NAME } from './own-tracks.ts'
export type { Media, RoomState } from './room-session.ts'
export {
  useDominantSpeaker,
  useIsRecording,
  useNetworkQuality,
  useParticipantState,
  useParticipants,
  type ParticipantState,
} from './use-participants.ts'
export { useTrack, useTracks, type AnyPublication, type AnyTrack, type TrackView } from './use-track.ts'
export { useLocalMedia } from './use-local-media.ts'
export type { DeviceView, LocalMedia, LocalMediaOptions, PermissionStatus, ScreenView } from './local-media.ts'
export type { DeviceState, DeviceStatus } from './local-device.ts'
export { useAudioLevel } from './use-audio-level.ts'
export { useMessages, type Message, type Messages } from './use-messages.ts'
