// Written by `npm run generate` from the contract, shared/src/contract: change it there.
import type {
  AccessToken,
  AuditList,
  Ban,
  BanInput,
  BanList,
  CreateInviteInput,
  CreateRoomInput,
  CreatedBan,
  CreatedInvite,
  GetTokenInput,
  Invite,
  InviteList,
  ListAuditInput,
  ListBansInput,
  ListInvitesInput,
  ListParticipantsInput,
  ListRoomsInput,
  Participant,
  ParticipantInput,
  ParticipantList,
  RemoveParticipantInput,
  RevokeInviteInput,
  Room,
  RoomInput,
  RoomList,
  Whoami,
} from '@roomkey/shared'
import type { CallOptions } from './call-options.ts'

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
   * `INVITE_USED_UP`, `TWILIO_…`, or what any request can fail with
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

/** Every procedure of the server as a method, by router. */
export interface Calls {
  readonly auth: AuthCalls
  readonly rooms: RoomsCalls
  readonly participants: ParticipantsCalls
  readonly invites: InvitesCalls
  readonly bans: BansCalls
  readonly audit: AuditCalls
}

/** The kind of each procedure, for the wire. */
export const KINDS = {
  auth: { getToken: 'mutation', whoami: 'query' },
  rooms: { create: 'mutation', list: 'query', get: 'query', complete: 'mutation' },
  participants: { list: 'query', get: 'query', remove: 'mutation' },
  invites: { create: 'mutation', list: 'query', revoke: 'mutation' },
  bans: { create: 'mutation', list: 'query', lift: 'mutation' },
  audit: { list: 'query' },
} as const

/** Mutations that may be sent again, since twice does no more than once; some of them unless a field is given. */
export const IDEMPOTENT: Readonly<Record<string, true | { unless: string }>> = {
  'auth.getToken': { unless: 'invite' },
  'invites.revoke': true,
  'bans.create': true,
}
