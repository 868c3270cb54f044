import { ERROR_CODES, type ErrorCode, type ErrorData, type FieldError } from '@roomkey/shared/error-code'

/** What can go wrong on this side of the wire, besides what the server responds. */
export const CLIENT_ERROR_CODES = [
  'NETWORK_ERROR', // the server or Twilio cannot be reached, or the connection broke
  'TIMEOUT', // no response within `timeoutMs`
  'ABORTED', // the caller's signal was aborted
  'BAD_RESPONSE', // a response that is not Roomkey's: a proxy's page, a redirect, half a body
  'UNSUPPORTED', // `join` in a browser that has no WebRTC
  'SDK_MISSING', // `join` without the package `twilio-video`
  'MEDIA_FAILED', // camera or microphone could not be opened while joining; `cause` is the browser's error
  'JOIN_FAILED', // Twilio did not let the participant in; `twilioCode` says why
] as const

/** One of {@link CLIENT_ERROR_CODES}. */
export type ClientErrorCode = (typeof CLIENT_ERROR_CODES)[number]

/** Every code a {@link RoomkeyError} can have: the server's, and this side's. */
export type RoomkeyErrorCode = ErrorCode | ClientErrorCode

// Registered, so that two copies of this package in one program know each other's errors.
const brand = Symbol.for('roomkey.error')

/** Every failed request rejects with this. Switch over `code`; `message` is for people. */
export class RoomkeyError extends Error {
  override readonly name = 'RoomkeyError'
  readonly code: RoomkeyErrorCode
  /** The fields that are wrong, with `INVALID_INPUT`. */
  readonly fields?: FieldError[]
  /** Whole seconds to wait before trying again. */
  readonly retryAfterSeconds?: number
  /** Twilio's own number. Source: Twilio "Error and Warning Dictionary". */
  readonly twilioCode?: number
  /** Stands in the server's log beside the cause. */
  readonly requestId?: string
  /** The HTTP status, when there was a response. */
  readonly status?: number

  constructor(
    code: RoomkeyErrorCode,
    message: string,
    details: Partial<Omit<ErrorData, 'code'>> & { status?: number; cause?: unknown } = {},
  ) {
    const { cause, ...rest } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    Object.assign(this, rest)
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether a caught value is a `RoomkeyError`, from this copy of the package or another. */
export function isRoomkeyError(value: unknown): value is RoomkeyError {
  return typeof value === 'object' && value !== null && brand in value
}

/**
 * The one way in for failures: whatever a request through `client.trpc` rejected with, as a `RoomkeyError`.
 * Methods such as `client.rooms.create` reject with one already.
 */
export function toRoomkeyError(error: unknown): RoomkeyError {
  if (isRoomkeyError(error)) return error
  const { cause, data, message } = fieldsOf(error)
  if (isRoomkeyError(cause)) return cause
  const response = fieldsOf(data)
  const status = typeof response['httpStatus'] === 'number' ? response['httpStatus'] : undefined
  if (isErrorData(response['roomkey'])) {
    const { code, ...details } = response['roomkey']
    return new RoomkeyError(code, String(message), { ...details, status, cause: error })
  }
  if (status !== undefined) {
    return new RoomkeyError(codeOfStatus(status), String(message), { status, cause: error })
  }
  return new RoomkeyError('BAD_RESPONSE', `the request came to nothing: ${String(message)}`, { cause: error })
}

/** Whether the same request may succeed a moment later. */
export function isTransient({ code, status }: RoomkeyError): boolean {
  // The server has tried again by itself before it said so.
  if (code.startsWith('TWILIO_')) return false
  return (
    code === 'NETWORK_ERROR' || code === 'TIMEOUT' || (status !== undefined && [429, 502, 503, 504].includes(status))
  )
}

/** Our word for a response that carries none of ours: a proxy's, or a router with another error format. */
export function codeOfStatus(status: number): RoomkeyErrorCode {
  return STATUS_CODES[status] ?? 'BAD_RESPONSE'
}

const STATUS_CODES: Readonly<Record<number, RoomkeyErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
}

function isErrorData(value: unknown): value is ErrorData {
  return ERROR_CODES.some((code) => code === fieldsOf(value)['code'])
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { message: value }
}
