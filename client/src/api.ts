import type {
  AccessToken,
  AuditList,
  CreateInviteInput,
  CreateRoomInput,
  CreatedInvite,
  GetTokenInput,
  Invite,
  InviteList,
  ListAuditInput,
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

export type Query<TInput, TOutput> = { kind: 'query'; input: TInput; output: TOutput }
export type Mutation<TInput, TOutput> = { kind: 'mutation'; input: TInput; output: TOutput }

/**
 * Every procedure of the server, in the words of the contract. Written out rather than inferred, so that the
 * published types need neither the server nor what it is built with; a type test holds it against the server's router.
 */
export type Procedures = {
  auth: {
    /** Signs an access token for one identity and one room. Costs no request to Twilio. */
    getToken: Mutation<GetTokenInput, AccessToken>
    /** Who the server thinks the caller is, and what they may do. */
    whoami: Query<void, Whoami>
  }
  rooms: {
    /** Creates a room. A name in use by a room in progress: `ROOM_NAME_TAKEN`. */
    create: Mutation<CreateRoomInput | void, Room>
    /** Rooms, newest first: those in progress unless `status` says otherwise. */
    list: Query<ListRoomsInput | void, RoomList>
    /** A room by SID, or by name while it is in progress. */
    get: Query<RoomInput, Room>
    /** Ends a room for everyone in it. */
    complete: Mutation<RoomInput, Room>
  }
  participants: {
    list: Query<ListParticipantsInput, ParticipantList>
    /** A participant by SID, or by identity while connected. */
    get: Query<ParticipantInput, Participant>
    /** Takes a participant out of the room; with `ban`, keeps the identity out. */
    remove: Mutation<RemoveParticipantInput, Participant>
  }
  invites: {
    /** Makes an invitation; the answer is the only place where its secret stands. */
    create: Mutation<CreateInviteInput, CreatedInvite>
    list: Query<ListInvitesInput, InviteList>
    revoke: Mutation<RevokeInviteInput, Invite>
  }
  audit: {
    /** Who did what to which room, newest first. */
    list: Query<ListAuditInput | void, AuditList>
  }
}

/** The kind of each procedure, for the wire. */
export const PROCEDURE_KINDS: {
  [TRouter in keyof Procedures]: {
    [TName in keyof Procedures[TRouter]]: Procedures[TRouter][TName] extends { kind: infer TKind } ? TKind : never
  }
} = {
  auth: { getToken: 'mutation', whoami: 'query' },
  rooms: { create: 'mutation', list: 'query', get: 'query', complete: 'mutation' },
  participants: { list: 'query', get: 'query', remove: 'mutation' },
  invites: { create: 'mutation', list: 'query', revoke: 'mutation' },
  audit: { list: 'query' },
}

export type CallOptions = {
  /** Aborts the call: it rejects with `ABORTED` at once. */
  signal?: AbortSignal
  /** Longest time for the whole call, retries included, in milliseconds. Default: the client's. Past it: `TIMEOUT`. */
  timeoutMs?: number
}

/** The procedures as methods: `rooms.create(input, options)` → promise of the output. */
export type Calls = {
  [TRouter in keyof Procedures]: {
    [TName in keyof Procedures[TRouter]]: Procedures[TRouter][TName] extends {
      input: infer TInput
      output: infer TOutput
    }
      ? (input: TInput, options?: CallOptions) => Promise<TOutput>
      : never
  }
}
