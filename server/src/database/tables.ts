import type { Generated } from 'kysely'

/**
 * What Roomkey remembers. Instants are ISO 8601 text in UTC with milliseconds, so that they sort as text and
 * mean the same in SQLite and PostgreSQL.
 */
export type Tables = {
  rooms: RoomRow
  members: MemberRow
  bans: BanRow
  invites: InviteRow
  redemptions: RedemptionRow
  audit: AuditRow
  attempts: RateLimitCounterRow
  idempotency_keys: IdempotencyKeyRow
  events: EventRow
  anonymized_participants: AnonymizedParticipantRow
  dead_letters: DeadLetterRow
  event_cursors: EventCursorRow
  pruned_events: PrunedEventsRow
  leases: LeaseRow
  user_names: UserNameRow
}

/** A room that has a host or is open to all who are signed in; a room without a row has no host and is for the invited. */
export type RoomRow = { sid: string; host: string | null; access: 'invited' | 'signed-in'; created_at: string }

/** A signed-in user whom an invitation brought into a room. */
export type MemberRow = { room_sid: string; identity: string; role: 'host' | 'guest'; joined_at: string }

/** An identity that is kept out of a room. The name serves tokens asked for by name, without a look-up of the room. */
export type BanRow = { room_sid: string; room_name: string; identity: string; created_at: string }

/**
 * An invitation. `secret_hash` is the SHA-256 of the secret in hexadecimal: the secret itself is not stored. Who made it
 * ends with it when they are banned: the user `created_by`, or whoever held the invitation `parent_id`.
 */
export type InviteRow = {
  id: string
  room_sid: string
  role: 'host' | 'guest'
  secret_hash: string
  created_at: string
  expires_at: string
  max_uses: number | null
  uses: number
  revoked_at: string | null
  created_by: string | null
  parent_id: string | null
}

/** Who has come in by which invitation: a person takes one of its uses once, and a ban takes back what they hold. */
export type RedemptionRow = { invite_id: string; identity: string; room_sid: string; redeemed_at: string }

/** One line of the audit log: who did what to which room, how it ended, and how often if it was refused. */
export type AuditRow = {
  id: string
  at: string
  request_id: string
  caller_kind: string
  caller: string | null
  action: string
  room: string | null
  target: string | null
  outcome: string
  count: number
}

/** How often a caller has tried something in one window of time; shared by all servers on one database. */
export type RateLimitCounterRow = { bucket: string; window_start: number; count: number }

/**
 * A call that is not to be made twice: hashes of its key and input, who is at it until when, and what came of it, sealed.
 * Instants in ms since 1970.
 */
export type IdempotencyKeyRow = {
  id: string
  fingerprint: string
  owner: string
  created_at: number
  lease_until: number
  outcome: string | null
}

/**
 * What happened in a room. The database gives the ids, which only grow; `dedupe_key` is the same for two reports of one
 * thing; `event` is the rest as JSON, all but the id.
 */
export type EventRow = {
  // PostgreSQL's driver gives it as text.
  id: Generated<number | string>
  dedupe_key: string
  room_sid: string
  type: string
  at: string
  sequence: number | null
  identity: string | null
  stored_at: string
  event: string
}

/**
 * A participant whose name was taken out of the log, and which they have there. Who they were is kept for as long as
 * Twilio still knows it, and has to be asked again.
 */
export type AnonymizedParticipantRow = {
  participant_sid: string
  room_sid: string
  name: string
  former_identity: string | null
  anonymized_at: string
}

/** Up to which event each reactor has come. */
export type EventCursorRow = { name: string; last_id: number | string; saved_at: string }

/** Up to which id a room's events were deleted, since they had been kept for long enough, and when the last were. */
export type PrunedEventsRow = { room_sid: string; last_id: number | string; pruned_at: string }

/** Who does what only one server is to do, until when; ms since 1970. */
export type LeaseRow = { name: string; holder: string; until: number }

/** An event that could not be forwarded. What it says is in the row of the event. */
export type DeadLetterRow = { event_id: number | string; failed_at: string; attempts: number; error: string }

/** What the team's sign-in calls a user, when it last did so. */
export type UserNameRow = { identity: string; name: string; seen_at: string }
