import type { ErrorCode } from '@roomkey/shared'
import type { AuditSubject } from '../core/audit-subject.ts'
import { VideoError, isVideoError } from '../core/video-error.ts'

/** What a call to Twilio was about, so that its error can say so. */
export type Subject = { room?: string | undefined; participant?: string | undefined }

/** What the SDK throws when Twilio answers with an error. Its own classes differ between formats. */
type RestError = Error & { status: number; code?: unknown }

/**
 * Twilio's codes as ours, where the code alone tells; the rest go by HTTP status.
 * Source: Twilio "Error and Warning Dictionary".
 */
const CODES: Readonly<Record<number, ErrorCode>> = {
  20003: 'TWILIO_UNAUTHORIZED', // authentication failed
  20403: 'TWILIO_UNAUTHORIZED', // account suspended or closed
  53106: 'ROOM_NOT_FOUND',
  53112: 'ROOM_COMPLETED', // the room is not in progress (we send no other status than `completed`)
  53113: 'ROOM_NAME_TAKEN',
  53118: 'ROOM_COMPLETED',
  53204: 'PARTICIPANT_NOT_FOUND',
}

/** Whatever an SDK call threw, as the error callers may see. Twilio's own text and URLs stay in `cause`, for the log. */
export function fromTwilioError(thrown: unknown, subject: Subject = {}): VideoError {
  if (isVideoError(thrown)) return thrown
  if (isRestError(thrown)) return fromResponse(thrown, subject)
  return new VideoError('TWILIO_RESPONSE_INVALID', "Twilio's answer could not be understood", {
    cause: thrown,
    subject: toAuditSubject(subject),
  })
}

/** A 429 that retries did not help against. `retryAfterSeconds` is what Twilio asked for, if it did. */
export function toRateLimitError(body: unknown, retryAfterSeconds = 1): VideoError {
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
  return new VideoError('TWILIO_RATE_LIMITED', `Twilio asks to slow down; try again in ${retryAfterSeconds} s`, {
    cause: body,
    twilioCode: typeof code === 'number' ? code : undefined,
    retryAfterSeconds,
  })
}

/** Of a participant whom a list was asked for in vain. */
export function toNotFoundError(subject: Required<Subject>): VideoError {
  const code = 'PARTICIPANT_NOT_FOUND'
  return new VideoError(code, describe(code, subject, undefined), { subject: toAuditSubject(subject) })
}

function fromResponse(error: RestError, subject: Subject): VideoError {
  const twilioCode = typeof error.code === 'number' ? error.code : undefined
  const code = (twilioCode === undefined ? undefined : CODES[twilioCode]) ?? byStatus(error.status, twilioCode, subject)
  return new VideoError(code, describe(code, subject, twilioCode), {
    cause: error,
    twilioCode,
    subject: toAuditSubject(subject),
  })
}

function toAuditSubject({ room, participant }: Subject): AuditSubject {
  return { ...(room !== undefined && { room }), ...(participant !== undefined && { target: participant }) }
}

function byStatus(status: number, twilioCode: number | undefined, subject: Subject): ErrorCode {
  if (status === 401) return 'TWILIO_UNAUTHORIZED'
  if (status >= 500) return 'TWILIO_FAILED'
  // Without Twilio's number it is somebody else's response: a proxy, or a wrong base URL.
  if (twilioCode === undefined) return 'TWILIO_RESPONSE_INVALID'
  if (status === 404) return subject.participant === undefined ? 'ROOM_NOT_FOUND' : 'PARTICIPANT_NOT_FOUND'
  return 'TWILIO_REJECTED'
}

function describe(code: ErrorCode, { room, participant }: Subject, twilioCode: number | undefined): string {
  const theRoom = room === undefined ? 'The room' : `Room "${room}"`
  const sentences: Partial<Record<ErrorCode, string>> = {
    ROOM_NOT_FOUND: `${theRoom} does not exist; a completed room is found by its SID only`,
    ROOM_NAME_TAKEN: `${theRoom} already exists: a room in progress has that name. Join it, or choose another name`,
    ROOM_COMPLETED: `${theRoom} is completed and cannot be changed`,
    PARTICIPANT_NOT_FOUND: `Participant "${participant ?? ''}" is not in room "${room ?? ''}", or there is no such room`,
    TWILIO_UNAUTHORIZED: "Twilio refuses this server's credentials; its operator must check them",
    TWILIO_FAILED: 'Twilio failed to answer the call; try again in a moment',
    TWILIO_RESPONSE_INVALID: "Twilio's answer could not be understood",
  }
  return (
    sentences[code] ??
    `Twilio refuses the call (error ${twilioCode ?? 'unknown'}): https://www.twilio.com/docs/api/errors`
  )
}

function isRestError(thrown: unknown): thrown is RestError {
  return thrown instanceof Error && 'status' in thrown && typeof thrown.status === 'number'
}
