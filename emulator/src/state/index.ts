export type { Change, ChangeListener, DisconnectReason } from './change.ts'
export type {
  CallbackMethod,
  Participant,
  ParticipantStatus,
  Recording,
  RecordingStatus,
  Room,
  RoomSettings,
  RoomStatus,
  RoomType,
  Rule,
  Track,
  TrackKind,
  TrackPriority,
  Transcription,
} from './entities.ts'
export { hasMediaServer } from './entities.ts'
export {
  anonymizeParticipant,
  connectParticipant,
  disconnectParticipant,
  findParticipant,
  joinRoom,
  markReconnected,
  markReconnecting,
  setSubscribeRules,
  type ConnectOptions,
} from './participants.ts'
export { deleteRecording, isRecording, recordingRules, setRecordingRules } from './recordings.ts'
export { completeRoom, createRoom, findRoom, MAX_PARTICIPANTS, type CreateRoomOptions } from './rooms.ts'
export { EXCLUDE_ALL, INCLUDE_ALL, rulesInclude } from './rule.ts'
export { createState, resetState, type Retention, type State, type StateOptions } from './state.ts'
export { createTranscription, updateTranscription } from './transcriptions.ts'
export {
  isPublished,
  isSubscribed,
  publishTrack,
  subscribedTracks,
  unpublishTrack,
  updateTrack,
  type PublishOptions,
} from './tracks.ts'
