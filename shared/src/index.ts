export {
  AccountSidSchema,
  ApiKeySidSchema,
  CompositionSidSchema,
  ParticipantSidSchema,
  RecordingSidSchema,
  RoomSidSchema,
  TrackSidSchema,
  isParticipantSid,
  isRoomSid,
  type AccountSid,
  type ApiKeySid,
  type CompositionSid,
  type ParticipantSid,
  type RecordingSid,
  type RoomSid,
  type TrackSid,
} from './sid.ts'
export { MAX_NAME_LENGTH, countTwilioCharacters } from './name.ts'
export { IdentitySchema, formatGuestIdentity, isGuestIdentity, parseGuestName, type Identity } from './identity.ts'
export { DEFAULT_LIMIT, InstantSchema, MAX_LIMIT } from './page.ts'
export {
  CreateRoomInputSchema,
  ListRoomsInputSchema,
  MEDIA_REGIONS,
  ROOM_ACCESS,
  ROOM_LIMITS,
  ROOM_STATUSES,
  RoomAccessSchema,
  RoomInputSchema,
  RoomListSchema,
  RoomNameSchema,
  RoomRefSchema,
  RoomSchema,
  VIDEO_CODECS,
  type CreateRoomInput,
  type ListRoomsInput,
  type Room,
  type RoomAccess,
  type RoomInput,
  type RoomList,
  type RoomRef,
} from './room.ts'
export {
  ListParticipantsInputSchema,
  PARTICIPANT_STATUSES,
  ParticipantInputSchema,
  ParticipantListSchema,
  ParticipantRefSchema,
  ParticipantSchema,
  RemoveParticipantInputSchema,
  type ListParticipantsInput,
  type Participant,
  type ParticipantInput,
  type ParticipantList,
  type RemoveParticipantInput,
} from './participant.ts'
export {
  AccessTokenSchema,
  ConnectOptionsSchema,
  GetTokenInputSchema,
  TTL_SECONDS,
  type AccessToken,
  type ConnectOptions,
  type GetTokenInput,
} from './access-token.ts'
export {
  CreateInviteInputSchema,
  CreatedInviteSchema,
  INVITE_EXPIRY_SECONDS,
  INVITE_ROLES,
  InviteIdSchema,
  InviteListSchema,
  InviteSchema,
  InviteSecretSchema,
  ListInvitesInputSchema,
  RevokeInviteInputSchema,
  type CreateInviteInput,
  type CreatedInvite,
  type Invite,
  type InviteList,
  type InviteRole,
  type ListInvitesInput,
  type RevokeInviteInput,
} from './invite.ts'
export {
  BanInputSchema,
  BanListSchema,
  BanSchema,
  CreatedBanSchema,
  ListBansInputSchema,
  type Ban,
  type BanInput,
  type BanList,
  type CreatedBan,
  type ListBansInput,
} from './ban.ts'
export {
  GetRecordingRulesInputSchema,
  MAX_RECORDING_RULES,
  RecordingRuleSchema,
  RecordingRulesSchema,
  UpdateRecordingRulesInputSchema,
  type GetRecordingRulesInput,
  type RecordingRule,
  type RecordingRules,
  type UpdateRecordingRulesInput,
} from './recording-rules.ts'
export { CALLER_KINDS, WhoamiSchema, type CallerKind, type Whoami } from './whoami.ts'
export {
  COMMON_ERRORS,
  ERROR_CODES,
  TWILIO_ERRORS,
  type ErrorCode,
  type ErrorData,
  type FieldError,
} from './error-code.ts'
export {
  AuditEntrySchema,
  AuditListSchema,
  ListAuditInputSchema,
  type AuditEntry,
  type AuditList,
  type ListAuditInput,
} from './audit.ts'
export {
  DeadLetterListSchema,
  DeadLetterSchema,
  ListDeadLettersInputSchema,
  MAX_REDELIVERIES,
  RedeliverInputSchema,
  RedeliverySchema,
  type DeadLetter,
  type DeadLetterList,
  type ListDeadLettersInput,
  type RedeliverInput,
  type Redelivery,
} from './dead-letter.ts'
export {
  EventIdSchema,
  ROOM_EVENT_TYPES,
  RoomEventSchema,
  TRACK_KINDS,
  type RoomEvent,
  type RoomEventOf,
  type RoomEventType,
} from './event.ts'
export {
  FollowInputSchema,
  FollowedEventSchema,
  MAX_FOLLOWED_ROOMS,
  RoomEventsInputSchema,
  StreamedEventSchema,
  SubscribeInputSchema,
  type FollowInput,
  type FollowedEvent,
  type RoomEventsInput,
  type StreamedEvent,
  type SubscribeInput,
} from './event-stream.ts'
export {
  AnonymizeInputSchema,
  AnonymizedSchema,
  AttendanceSchema,
  AttendeeSchema,
  PresenceSchema,
  PresentParticipantSchema,
  RoomHistoryInputSchema,
  RoomHistorySchema,
  RoomLogInputSchema,
  type AnonymizeInput,
  type Anonymized,
  type Attendance,
  type Attendee,
  type Presence,
  type PresentParticipant,
  type RoomHistory,
  type RoomHistoryInput,
  type RoomLogInput,
} from './event-log.ts'
export { toAttendanceCsv } from './attendance-csv.ts'
export { contract, type ProcedureName, type RoomkeyContract } from './contract/contract.ts'
export type { AuditContract } from './contract/audit.ts'
export type { AuthContract } from './contract/auth.ts'
export type { BansContract } from './contract/bans.ts'
export type { EventsContract } from './contract/events.ts'
export type { InvitesContract } from './contract/invites.ts'
export type { ParticipantsContract } from './contract/participants.ts'
export type { RecordingRulesContract } from './contract/recording-rules.ts'
export type { RoomsContract } from './contract/rooms.ts'
export {
  mutation,
  proceduresOf,
  query,
  subscription,
  type AnyProcedure,
  type ContractOf,
  type HttpAddress,
  type InputOf,
  type NameOf,
  type OutputOf,
  type ParsedInputOf,
  type Procedure,
  type ProcedureAt,
  type ProcedureKind,
  type ResultOf,
} from './contract/define.ts'
