import type { ErrorCode } from '@roomkey/shared'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { VideoError, isVideoError } from '../core/video-error.ts'
import { JSON_EXPECTED, toErrorShape, toVideoError } from '../rpc/error-shape.ts'
import { logFailure } from './log.ts'
import { isRest, pathOf, sendProblem } from './problem.ts'

/**
 * Gives errors that no procedure saw the shape of those a procedure reports: an unknown path, an unreadable
 * body, a limit, a crash in a hook.
 */
export function addErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendError(request, reply, fromFastifyError(error)))
  app.setNotFoundHandler((request, reply) => sendError(request, reply, notFound(request)))
}

/** Says where to look, of the two ways to ask the one that was tried. */
function notFound(request: FastifyRequest): VideoError {
  const hint = isRest(request)
    ? '/openapi.json lists what there is'
    : 'procedures are under /trpc, as in /trpc/rooms.list'
  return new VideoError('PROCEDURE_NOT_FOUND', `There is nothing at ${request.method} ${pathOf(request)}; ${hint}`)
}

/** Sends one of our errors in the shape that callers of the address expect: tRPC's, or REST's. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: VideoError): FastifyReply {
  if (isRest(request)) return sendProblem(request, reply, error)
  logFailure(request.log, error, pathOf(request))
  const shape = toErrorShape(error, request.id)
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  return reply.code(shape.data.httpStatus).send({ error: shape })
}

/** Whatever Fastify or a hook threw, as one of our errors. */
export function fromFastifyError(error: unknown): VideoError {
  const status = error instanceof Error ? (error as FastifyError).statusCode : undefined
  if (isVideoError(error) || status === undefined) return toVideoError(error)
  const code = status >= 500 ? (status === 503 ? 'OVERLOADED' : 'INTERNAL_ERROR') : (CODES[status] ?? 'INVALID_INPUT')
  if (code === 'INTERNAL_ERROR') return toVideoError(error)
  return new VideoError(code, MESSAGES[code] ?? 'The request could not be read', { cause: error })
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'PROCEDURE_NOT_FOUND',
  405: 'METHOD_NOT_SUPPORTED',
  413: 'PAYLOAD_TOO_LARGE',
  414: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  429: 'RATE_LIMITED',
  431: 'PAYLOAD_TOO_LARGE',
}

const MESSAGES: Partial<Record<ErrorCode, string>> = {
  PAYLOAD_TOO_LARGE: 'The request is larger than this server accepts',
  UNSUPPORTED_MEDIA_TYPE: JSON_EXPECTED,
  OVERLOADED: 'The server is busy; try again in a moment',
  RATE_LIMITED: 'Too many calls; try again in a moment',
}
