// Written by `npm run generate` from the contract, shared/src/contract: change it there.
import type {
  AccessToken,
  AnonymizeInput,
  Anonymized,
  Attendance,
  AuditList,
  Ban,
  BanInput,
  BanList,
  CreateInviteInput,
  CreateRoomInput,
  CreatedBan,
  CreatedInvite,
  DeadLetterList,
  FollowInput,
  FollowedEvent,
  GetRecordingRulesInput,
  GetTokenInput,
  Invite,
  InviteList,
  ListAuditInput,
  ListBansInput,
  ListDeadLettersInput,
  ListInvitesInput,
  ListParticipantsInput,
  ListRoomsInput,
  Participant,
  ParticipantInput,
  ParticipantList,
  Presence,
  RecordingRules,
  RedeliverInput,
  Redelivery,
  RemoveParticipantInput,
  RevokeInviteInput,
  Room,
  RoomEventsInput,
  RoomHistory,
  RoomHistoryInput,
  RoomInput,
  RoomList,
  RoomLogInput,
  StreamedEvent,
  SubscribeInput,
  UpdateRecordingRulesInput,
  Whoami,
} from '@roomkey/shared'
import type { CallOptions, SubscribeOptions } from './call-options.ts'

/** The procedures of `auth`. */
export interface AuthCalls {
  /**
   * Signs an access token for one identity and one room.
   *
   * Pass the token to `connect()` of `twilio-video`, with `connectOptions`. A signed-in user gets tokens for
   * themselves, a service for anyone, a guest by an invitation. Costs no request to Twilio, unless the caller may
   * not enter every room and calls this one by its name.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `INVITE_NOT_FOUND`, `INVITE_EXPIRED`, `INVITE_REVOKED`,
   * `INVITE_USED_UP`, `SIGNALING_UNAVAILABLE`, `TWILIO_…`, or what any request can fail with
   */
  getToken: (input: GetTokenInput, options?: CallOptions) => Promise<AccessToken>
  /**
   * Says who the server thinks the caller is, and what they may do.
   *
   * @throws RoomkeyError what any request can fail with
   */
  whoami: (input?: undefined, options?: CallOptions) => Promise<Whoami>
}

/** The procedures of `rooms`. */
export interface RoomsCalls {
  /**
   * Creates a room.
   *
   * A user who creates a room is its host. Every field may be left out; Twilio’s defaults apply.
   *
   * @throws RoomkeyError `ROOM_NAME_TAKEN`, `TWILIO_…`, or what any request can fail with
   */
  create: (input?: CreateRoomInput, options?: CallOptions) => Promise<Room>
  /**
   * Lists the rooms the caller may see, newest first.
   *
   * Those in progress, unless `status` says otherwise: a `roomName` alone never finds a completed room. Filters are
   * ANDed.
   *
   * @throws RoomkeyError `TWILIO_…`, or what any request can fail with
   */
  list: (input?: ListRoomsInput, options?: CallOptions) => Promise<RoomList>
  /**
   * Shows a room.
   *
   * A room that the caller may not see does not exist for them.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  get: (input: RoomInput, options?: CallOptions) => Promise<Room>
  /**
   * Ends a room for everyone in it.
   *
   * For hosts. A completed room stays as it is, and its name is free again.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `ROOM_COMPLETED`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  complete: (input: RoomInput, options?: CallOptions) => Promise<Room>
  /**
   * Tells what happens in a room, as it happens.
   *
   * With `lastEventId`, what was missed comes first; `caught-up` stands where the present begins. Each event comes
   * once, in the order of ids; where some are kept no longer, an entry `events-pruned` says so. It ends with a code
   * when the caller may see the room no longer.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  events: (input: RoomEventsInput, options?: SubscribeOptions) => AsyncIterable<StreamedEvent>
  /**
   * Lists what happened in a room, oldest first.
   *
   * In the order in which it happened: by `at`, then `sequenceNumber`, then `id`. Of a completed room by its SID,
   * for as long as events are kept.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  history: (input: RoomHistoryInput, options?: CallOptions) => Promise<RoomHistory>
  /**
   * Says who was in a room, when, and for how long.
   *
   * For hosts. Over reconnects and several devices. `toAttendanceCsv` makes a spreadsheet of it.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `FORBIDDEN`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  attendance: (input: RoomLogInput, options?: CallOptions) => Promise<Attendance>
  /**
   * Says who is in a room right now.
   *
   * Of what was reported: a room that is known by its SID costs no request to Twilio.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  presence: (input: RoomLogInput, options?: CallOptions) => Promise<Presence>
}

/** The procedures of `participants`. */
export interface ParticipantsCalls {
  /**
   * Lists the participants of a room.
   *
   * Without `status`: the connected ones of a room in progress, the disconnected ones of a completed room (Twilio’s
   * rule).
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  list: (input: ListParticipantsInput, options?: CallOptions) => Promise<ParticipantList>
  /**
   * Shows a participant.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `PARTICIPANT_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can
   * fail with
   */
  get: (input: ParticipantInput, options?: CallOptions) => Promise<Participant>
  /**
   * Takes a participant out of a room.
   *
   * For hosts. With `ban`, the short way to `bans.create`: the ban stands also when they are not in the room right
   * now, which `PARTICIPANT_NOT_FOUND` says.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `ROOM_COMPLETED`, `PARTICIPANT_NOT_FOUND`, `FORBIDDEN`, `BANNED`,
   * `TWILIO_…`, or what any request can fail with
   */
  remove: (input: RemoveParticipantInput, options?: CallOptions) => Promise<Participant>
  /**
   * Makes who somebody was unknown, in the log of events and at Twilio.
   *
   * For hosts, of their room; for admins and services of any room, or of all. In the log they get another name in
   * each room, that nothing leads back from; at Twilio, that of their participant’s SID. Twilio takes it only of
   * those who have left. It cannot be undone.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `FORBIDDEN`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  anonymize: (input: AnonymizeInput, options?: CallOptions) => Promise<Anonymized>
}

/** The procedures of `invites`. */
export interface InvitesCalls {
  /**
   * Makes an invitation to a room.
   *
   * For hosts. What comes back is the only place where the secret stands; it is not kept.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `ROOM_COMPLETED`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  create: (input: CreateInviteInput, options?: CallOptions) => Promise<CreatedInvite>
  /**
   * Lists the invitations to a room, newest first.
   *
   * For hosts. Without their secrets.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  list: (input: ListInvitesInput, options?: CallOptions) => Promise<InviteList>
  /**
   * Takes an invitation back.
   *
   * For hosts. It lets nobody in from here on, and is nobody’s credential any more; the same holds for every
   * invitation that was made with it. Whoever is in the call stays there, and users whom it let in still belong to
   * the room: `bans.create` ends that.
   *
   * @throws RoomkeyError `INVITE_NOT_FOUND`, `BANNED`, or what any request can fail with
   */
  revoke: (input: RevokeInviteInput, options?: CallOptions) => Promise<Invite>
}

/** The procedures of `bans`. */
export interface BansCalls {
  /**
   * Keeps an identity out of a room.
   *
   * For hosts. Ends all that the identity holds or made in that room: it is put out if it is inside, belongs to the
   * room no longer, and gets no new token; invitations it came in by or made are taken back, and with them every
   * invitation made with those. If an old token lets it in again, it is removed. The creator of a room can be banned
   * by services and admins only.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `FORBIDDEN`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  create: (input: BanInput, options?: CallOptions) => Promise<CreatedBan>
  /**
   * Lists who is kept out of a room, newest first.
   *
   * For hosts.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  list: (input: ListBansInput, options?: CallOptions) => Promise<BanList>
  /**
   * Lifts a ban.
   *
   * For hosts. What the ban ended stays ended: they come in as anybody does who was never there.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BAN_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  lift: (input: BanInput, options?: CallOptions) => Promise<Ban>
}

/** The procedures of `audit`. */
export interface AuditCalls {
  /**
   * Lists who did what to which room, newest first.
   *
   * A host sees that of their room; the whole log is for admins and services.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `FORBIDDEN`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  list: (input?: ListAuditInput, options?: CallOptions) => Promise<AuditList>
}

/** The procedures of `events`. */
export interface EventsCalls {
  /**
   * Tells what happens in every room, as it happens.
   *
   * For services and admins. As `rooms.events`, of all rooms on one connection.
   *
   * @throws RoomkeyError what any request can fail with
   */
  subscribe: (input?: SubscribeInput, options?: SubscribeOptions) => AsyncIterable<StreamedEvent>
  /**
   * Tells what happens in several rooms, on one connection.
   *
   * As `rooms.events`, of up to 100 rooms. A room that the caller may not, or may no longer, see ends with an entry
   * `room-closed` that says why; the others go on. When none is left, the stream ends.
   *
   * @throws RoomkeyError `TWILIO_…`, or what any request can fail with
   */
  follow: (input: FollowInput, options?: SubscribeOptions) => AsyncIterable<FollowedEvent>
  /**
   * Lists events that your backend did not take, oldest first.
   *
   * For services and admins. Events that are forwarded to `EVENTS_WEBHOOK_URL` and were not taken within
   * `EVENTS_WEBHOOK_RETRY_HOURS`; they are kept for as long as the log of events.
   *
   * @throws RoomkeyError what any request can fail with
   */
  deadLetters: (input?: ListDeadLettersInput, options?: CallOptions) => Promise<DeadLetterList>
  /**
   * Sends events that your backend did not take once more.
   *
   * For services and admins. Each is tried once, in the order of ids, within 20 seconds.
   *
   * @throws RoomkeyError what any request can fail with
   */
  redeliver: (input: RedeliverInput, options?: CallOptions) => Promise<Redelivery>
}

/** The procedures of `recordingRules`. */
export interface RecordingRulesCalls {
  /**
   * Shows what of a room is recorded.
   *
   * For hosts.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  get: (input: GetRecordingRulesInput, options?: CallOptions) => Promise<RecordingRules>
  /**
   * Says anew what of a room is recorded.
   *
   * For hosts. The rules take the place of those before, from now on: `[{ type: "include", all: true }]` records
   * everything, and `exclude` in its place stops. What begins to be recorded again is a new recording.
   *
   * @throws RoomkeyError `ROOM_NOT_FOUND`, `ROOM_COMPLETED`, `BANNED`, `TWILIO_…`, or what any request can fail with
   */
  update: (input: UpdateRecordingRulesInput, options?: CallOptions) => Promise<RecordingRules>
}

/** Every procedure of the server as a method, by router. */
export interface Calls {
  readonly auth: AuthCalls
  readonly rooms: RoomsCalls
  readonly participants: ParticipantsCalls
  readonly invites: InvitesCalls
  readonly bans: BansCalls
  readonly audit: AuditCalls
  readonly events: EventsCalls
  readonly recordingRules: RecordingRulesCalls
}

/** The kind of each procedure, for the wire. */
export const KINDS = {
  auth: { getToken: 'mutation', whoami: 'query' },
  rooms: {
    create: 'mutation',
    list: 'query',
    get: 'query',
    complete: 'mutation',
    events: 'subscription',
    history: 'query',
    attendance: 'query',
    presence: 'query',
  },
  participants: { list: 'query', get: 'query', remove: 'mutation', anonymize: 'mutation' },
  invites: { create: 'mutation', list: 'query', revoke: 'mutation' },
  bans: { create: 'mutation', list: 'query', lift: 'mutation' },
  audit: { list: 'query' },
  events: { subscribe: 'subscription', follow: 'subscription', deadLetters: 'query', redeliver: 'mutation' },
  recordingRules: { get: 'query', update: 'mutation' },
} as const

/** Mutations that may be sent again, since twice does no more than once; some of them unless a field is given. */
export const IDEMPOTENT: Readonly<Record<string, true | { unless: string }>> = {
  'auth.getToken': { unless: 'invite' },
  'participants.anonymize': true,
  'invites.revoke': true,
  'bans.create': true,
  'events.redeliver': true,
  'recordingRules.update': true,
}
