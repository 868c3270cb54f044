/**
 * Every way a request can fail, as a closed list: a new code is a change of the contract. Each stands in
 * `error.data.roomkey.code` of a response and in `code` of the client's error.
 */
export const ERROR_CODES = [
  // The request itself
  'INVALID_INPUT', // a field is missing, malformed or unknown; `fields` says which
  'PROCEDURE_NOT_FOUND', // no such procedure
  'METHOD_NOT_SUPPORTED', // a mutation by GET, a query by POST, …
  'UNSUPPORTED_MEDIA_TYPE', // a body that is not JSON
  'PAYLOAD_TOO_LARGE', // a body, path or batch over the cap
  'IDEMPOTENCY_KEY_REUSED', // over REST: a key that was sent before with another input
  // The caller
  'UNAUTHENTICATED', // no credentials, or not valid (any more)
  'FORBIDDEN', // known, but may not do this
  'BANNED', // kept out of this room
  'RATE_LIMITED', // too many requests; `retryAfterSeconds` says when to come back
  // Rooms and participants
  'ROOM_NOT_FOUND',
  'ROOM_NAME_TAKEN',
  'ROOM_COMPLETED',
  'PARTICIPANT_NOT_FOUND',
  'BAN_NOT_FOUND',
  // Invitations
  'INVITE_NOT_FOUND',
  'INVITE_EXPIRED',
  'INVITE_REVOKED',
  'INVITE_USED_UP',
  // Twilio
  'TWILIO_UNAUTHORIZED', // Twilio refuses this server's credentials
  'TWILIO_RATE_LIMITED', // Twilio asks to slow down, and retries did not help
  'TWILIO_REJECTED', // Twilio refuses the request; `twilioCode` says why
  'TWILIO_FAILED', // Twilio answers 5xx
  'TWILIO_RESPONSE_INVALID', // a response that is not what Twilio's API promises
  'TWILIO_RESPONSE_INCOMPLETE', // the connection broke in the middle of a response
  'TWILIO_TIMEOUT', // no response in time
  'TWILIO_UNAVAILABLE', // no connection
  // The server
  'SIGNALING_UNAVAILABLE', // on the emulator: nothing passes WebSockets on to it, so no call could be made
  'STORE_UNAVAILABLE', // the server's database cannot be used right now; `retryAfterSeconds` says when to come back
  'OVERLOADED', // shedding load; retry after a moment
  'INTERNAL_ERROR',
] as const

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number]

/**
 * What any request for a procedure can fail with, whichever it is: the request itself, its credentials (an invitation
 * may be one), the limits, and the server. `PROCEDURE_NOT_FOUND` is not among them: that is no procedure's answer.
 */
export const COMMON_ERRORS = [
  'INVALID_INPUT',
  'METHOD_NOT_SUPPORTED',
  'UNSUPPORTED_MEDIA_TYPE',
  'PAYLOAD_TOO_LARGE',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'RATE_LIMITED',
  'INVITE_NOT_FOUND',
  'INVITE_EXPIRED',
  'INVITE_REVOKED',
  'STORE_UNAVAILABLE',
  'OVERLOADED',
  'INTERNAL_ERROR',
] as const satisfies readonly ErrorCode[]

/** What a procedure that asks Twilio can fail with on that account, besides what concerns the room. */
export const TWILIO_ERRORS = [
  'TWILIO_UNAUTHORIZED',
  'TWILIO_RATE_LIMITED',
  'TWILIO_REJECTED',
  'TWILIO_FAILED',
  'TWILIO_RESPONSE_INVALID',
  'TWILIO_RESPONSE_INCOMPLETE',
  'TWILIO_TIMEOUT',
  'TWILIO_UNAVAILABLE',
] as const satisfies readonly ErrorCode[]

/** A field that is wrong: `path` as in `rooms.0.name`, empty for the input as a whole. */
export type FieldError = { path: string; message: string }

/** What stands in `error.data.roomkey` of every failed request. */
export type ErrorData = {
  code: ErrorCode
  /** Twilio's own number, where Twilio gave one. Source: Twilio "Error and Warning Dictionary". */
  twilioCode?: number
  fields?: FieldError[]
  /** Whole seconds to wait before trying again. */
  retryAfterSeconds?: number
  /** Stands in the server's log beside the cause. */
  requestId: string
}
