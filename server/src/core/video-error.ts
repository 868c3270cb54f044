import type { ErrorCode, FieldError } from '@roomkey/shared'
import type { AuditSubject } from './audit-subject.ts'

/** What a {@link VideoError} carries besides its code and message. */
export type VideoErrorOptions = {
  /** For the log only; callers never see it. */
  cause?: unknown
  /** Twilio's own number, where Twilio gave one. */
  twilioCode?: number | undefined
  /** The fields at fault, for `INVALID_INPUT`. */
  fields?: FieldError[] | undefined
  /** Whole seconds to wait before trying again. */
  retryAfterSeconds?: number | undefined
  /** What the call was about, for the audit log; callers never see it. */
  subject?: AuditSubject
}

/**
 * The one error that callers are meant to see: a closed code and a message that says what failed, for which
 * room, and what to do. The message is shown to callers, so it never holds a secret, a token or a stack.
 */
export class VideoError extends Error {
  readonly code: ErrorCode
  readonly twilioCode: number | undefined
  readonly fields: FieldError[] | undefined
  readonly retryAfterSeconds: number | undefined
  readonly subject: AuditSubject | undefined

  constructor(code: ErrorCode, message: string, options: VideoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'VideoError'
    this.code = code
    this.twilioCode = options.twilioCode
    this.fields = options.fields
    this.retryAfterSeconds = options.retryAfterSeconds
    this.subject = options.subject
  }

  /** The same error with more of what the call was about; what it says itself stays. */
  about(subject: AuditSubject): VideoError {
    return new VideoError(this.code, this.message, {
      cause: this.cause ?? this,
      twilioCode: this.twilioCode,
      fields: this.fields,
      retryAfterSeconds: this.retryAfterSeconds,
      subject: { ...subject, ...this.subject },
    })
  }
}

/** Recognises a {@link VideoError} also when the package is loaded twice. */
export function isVideoError(value: unknown): value is VideoError {
  return value instanceof Error && value.name === 'VideoError' && 'code' in value
}

/** Whether it is a {@link VideoError} with one of the codes. */
export function hasCode(thrown: unknown, ...codes: ErrorCode[]): thrown is VideoError {
  return isVideoError(thrown) && codes.includes(thrown.code)
}

/** One field that is wrong in a way its schema could not see, as the schema's own errors read. */
export function invalidField(path: string, message: string, cause?: unknown): VideoError {
  return new VideoError('INVALID_INPUT', `${path}: ${message}`, { cause, fields: [{ path, message }] })
}
