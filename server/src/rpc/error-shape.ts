import type { FieldError } from '@roomkey/shared'
import type { RoomkeyErrorShape } from '@roomkey/shared/trpc'
import { TRPCError } from '@trpc/server'
import type { TRPCDefaultErrorShape } from '@trpc/server'
import { getHTTPStatusCodeFromError } from '@trpc/server/http'
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc'
import type { AuditSubject } from '../core/audit-subject.ts'
import { VideoError, isVideoError } from '../core/video-error.ts'
import { ROOMKEY_CODES, TRPC_CODES } from './error-codes.ts'
import { toFieldErrors } from './field-errors.ts'

/**
 * tRPC's `errorFormatter` for Roomkey's procedures: puts {@link ErrorData} into `error.data.roomkey` and lets
 * our code decide tRPC's code and the HTTP status. A team that merges the router into its own passes it to its
 * own `initTRPC.create({ errorFormatter })`, so that errors outside any procedure look alike.
 */
export function formatError(options: {
  error: TRPCError
  path?: string | undefined
  ctx?: { requestId?: string } | undefined
  shape: TRPCDefaultErrorShape
}): RoomkeyErrorShape {
  const requestId = options.ctx?.requestId ?? requestIds.get(options.error) ?? ''
  return toErrorShape(toVideoError(options.error), requestId, options.shape.data.path ?? options.path)
}

/** The wire shape of one of our errors. */
export function toErrorShape(error: VideoError, requestId: string, path?: string): RoomkeyErrorShape {
  const code = TRPC_CODES[error.code]
  return {
    message: error.message,
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: {
      code,
      httpStatus: getHTTPStatusCodeFromError({ code } as TRPCError),
      ...(path === undefined ? undefined : { path }),
      roomkey: {
        code: error.code,
        ...(error.twilioCode === undefined ? undefined : { twilioCode: error.twilioCode }),
        ...(error.fields === undefined ? undefined : { fields: error.fields }),
        ...(error.retryAfterSeconds === undefined ? undefined : { retryAfterSeconds: error.retryAfterSeconds }),
        requestId,
      },
    },
  }
}

/**
 * Whatever was thrown, as the one error that callers may see. Errors nobody foresaw become one bland sentence:
 * their text could hold anything.
 */
export function toVideoError(thrown: unknown): VideoError {
  if (isVideoError(thrown)) return thrown
  if (!(thrown instanceof TRPCError)) return internalError(thrown)
  const { cause } = thrown
  if (isVideoError(cause)) return cause
  if (hasIssues(cause)) return invalidInput(toFieldErrors(cause.issues), cause)
  const code = ROOMKEY_CODES[thrown.code]
  if (code === 'INTERNAL_ERROR') return internalError(thrown)
  return new VideoError(code, MESSAGES[code] ?? thrown.message, { cause: thrown })
}

/** One of our errors as tRPC's, with the code that fits: for callers and servers that know nothing of ours. */
export function toTRPCError(error: VideoError): TRPCError {
  return new TRPCError({ code: TRPC_CODES[error.code], message: error.message, cause: error })
}

/** An error of a handler, and what its call was about. */
export class CallError extends TRPCError {
  readonly subject: AuditSubject

  constructor(cause: VideoError, subject: AuditSubject) {
    super({ code: TRPC_CODES[cause.code], message: cause.message, cause })
    this.subject = subject
  }
}

/**
 * Remembers which request an error belongs to, for errors that come before there is a context. Called by the
 * transport's `onError`, which tRPC runs before the formatter.
 */
export function rememberRequestId(error: TRPCError, requestId: string): void {
  requestIds.set(error, requestId)
}

const requestIds = new WeakMap<TRPCError, string>()

/** What a caller hears who sends anything but JSON. */
export const JSON_EXPECTED = 'Send the input as JSON, with content-type: application/json'

// tRPC's own sentences for these repeat what the caller sent; ours say what to do.
const MESSAGES: Partial<Record<VideoError['code'], string>> = {
  INVALID_INPUT: 'The request could not be read: send one JSON value as the body, or as ?input= of a query',
  PROCEDURE_NOT_FOUND: 'There is no such procedure; names look like rooms.create',
  METHOD_NOT_SUPPORTED: 'Wrong method: call queries by GET and mutations by POST',
  UNSUPPORTED_MEDIA_TYPE: JSON_EXPECTED,
}

function invalidInput(fields: FieldError[], cause: unknown): VideoError {
  const [first] = fields
  const message =
    first === undefined || first.path === '' ? (first?.message ?? 'Invalid input') : `${first.path}: ${first.message}`
  return new VideoError('INVALID_INPUT', message, { fields, cause })
}

function internalError(cause: unknown): VideoError {
  return new VideoError('INTERNAL_ERROR', 'Something went wrong on the server; the request id finds it in the log', {
    cause,
  })
}

function hasIssues(value: unknown): value is Error & { issues: readonly unknown[] } {
  return value instanceof Error && 'issues' in value && Array.isArray(value.issues)
}
