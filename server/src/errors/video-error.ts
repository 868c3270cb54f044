import type { ErrorCode, FieldError } from '@roomkey/shared'

/** What a {@link VideoError} carries besides its code and message. */
export type VideoErrorOptions = {
  /** For the log only; callers never see it. */
  cause?: unknown
  /** Twilio's own number, where Twilio gave one. */
  twilioCode?: number
  /** The fields at fault, for `INVALID_INPUT`. */
  fields?: FieldError[]
  /** Whole seconds to wait before trying again. */
  retryAfterSeconds?: number
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

  constructor(code: ErrorCode, message: string, options: VideoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'VideoError'
    this.code = code
    this.twilioCode = options.twilioCode
    this.fields = options.fields
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** Recognises a {@link VideoError} also when the package is loaded twice. */
export function isVideoError(value: unknown): value is VideoError {
  return value instanceof Error && value.name === 'VideoError' && 'code' in value
}
