import { STATUS_CODES } from 'node:http'
import { HTTP_STATUSES, REST_PREFIX } from '@roomkey/shared/openapi'
import type { ErrorCode, FieldError } from '@roomkey/shared'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { VideoError } from '../core/video-error.ts'
import { logFailure } from './log.ts'

export { REST_PREFIX } from '@roomkey/shared/openapi'

/** What REST answers a failed request with. Source: RFC 9457; `code` and what follows are ours. */
export type Problem = {
  /** The status says what kind of problem it is; the code says which. */
  type: 'about:blank'
  title: string
  status: number
  detail: string
  code: ErrorCode
  requestId: string
  twilioCode?: number
  fields?: FieldError[]
  retryAfterSeconds?: number
}

export function toProblem(error: VideoError, requestId: string): Problem {
  const status = HTTP_STATUSES[error.code]
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.twilioCode !== undefined && { twilioCode: error.twilioCode }),
    ...(error.fields !== undefined && { fields: error.fields }),
    ...(error.retryAfterSeconds !== undefined && { retryAfterSeconds: error.retryAfterSeconds }),
  }
}

/** Sends one of our errors as problem details. `subject` names what failed in the log: a procedure, or a path. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: VideoError,
  subject: string = pathOf(request),
): FastifyReply {
  logFailure(request.log, error, subject)
  const problem = toProblem(error, request.id)
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  if (error.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer')
  return reply
    .code(problem.status)
    .headers({ 'content-type': 'application/problem+json', 'x-request-id': request.id })
    .send(JSON.stringify(problem))
}

/** Whether a request is for REST, by its address: errors may come before any route is found. */
export function isRest({ url }: FastifyRequest): boolean {
  if (!url.startsWith(REST_PREFIX)) return false
  const next = url[REST_PREFIX.length]
  return next === undefined || next === '/' || next === '?'
}

/** Without the query: it may hold what must not be repeated. */
export function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? ''
}
