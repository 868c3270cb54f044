export { createRoomkeyClient, type RoomkeyClient, type RoomkeyClientOptions } from './client.ts'
export { roomkeyFrom, type RoomkeyFromOptions, type RoomkeyProcedures } from './roomkey-from.ts'
export type { CallOptions, SubscribeOptions } from './call-options.ts'
export type { AuditCalls, AuthCalls, Calls, InvitesCalls, ParticipantsCalls, RoomsCalls } from './calls.ts'
export type { Auth } from './credentials.ts'
export type { Fetch } from './http.ts'
export { createSafeStorage, type TextStorage } from './safe-storage.ts'
export type { JoinOptions } from './join.ts'
export type { RoomkeyErrorShape, RoomkeyRouter } from '@roomkey/shared/trpc'
export {
  CLIENT_ERROR_CODES,
  RoomkeyError,
  isRoomkeyError,
  toRoomkeyError,
  type ClientErrorCode,
  type RoomkeyErrorCode,
} from './errors.ts'
export { END_REASONS, toEndReason, type EndReason } from './end-reason.ts'
export type { RoomEvent, RoomEventOf, RoomEventType } from '@roomkey/shared'
