import { COMMON_ERRORS, ERROR_CODES, type ErrorCode } from '../error-code.ts'
import type { AnyProcedure } from './define.ts'
import { HTTP_STATUSES } from './http-status.ts'
import { toReference, type JsonSchema } from './json-schema.ts'

/** What REST answers every failed request with. Source: RFC 9457; `code` and what follows are ours. */
export const PROBLEM: JsonSchema = {
  type: 'object',
  description: 'What every failed request is answered with (RFC 9457).',
  properties: {
    type: { const: 'about:blank', description: 'The status says what kind of problem it is, and `code` which.' },
    title: { type: 'string', description: 'The status in words.' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'For people: what failed, for which room, and what to do.' },
    code: { type: 'string', enum: [...ERROR_CODES] },
    requestId: { type: 'string', description: 'Stands in the server’s log beside the cause.' },
    twilioCode: { type: 'integer', description: 'Twilio’s own number, where Twilio gave one.' },
    fields: {
      type: 'array',
      description: 'The fields that are wrong, with `INVALID_INPUT`.',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
    retryAfterSeconds: { type: 'integer', description: 'Whole seconds to wait before trying again.' },
  },
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
}

/** Whether a procedure creates something, so that REST takes an `Idempotency-Key` for it. */
export function takesIdempotencyKey({ kind, http }: AnyProcedure): boolean {
  return kind === 'mutation' && http.status === 201
}

/** One response a status; its description names the codes that come with it. */
export function toErrorResponses(procedure: AnyProcedure): Record<string, object> {
  const possible = findErrors(procedure)
  const byStatus = Map.groupBy(
    ERROR_CODES.filter((code) => possible.has(code)),
    (code) => HTTP_STATUSES[code],
  )
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, toResponse(status, codes)]))
}

function toResponse(status: number, codes: readonly ErrorCode[]): object {
  const waits = status === 429 || status === 503
  return {
    description: codes.map((code) => `\`${code}\``).join(', '),
    headers: {
      'x-request-id': { $ref: '#/components/headers/RequestId' },
      ...(waits && { 'retry-after': { $ref: '#/components/headers/RetryAfter' } }),
    },
    content: { 'application/problem+json': { schema: { $ref: toReference('Problem') } } },
  }
}

/** What can go wrong at the address of a procedure: another method is another operation, and a GET has no body. */
function findErrors(procedure: AnyProcedure): ReadonlySet<ErrorCode> {
  const possible = new Set<ErrorCode>([...COMMON_ERRORS, ...procedure.errors])
  possible.delete('METHOD_NOT_SUPPORTED')
  if (procedure.http.method === 'GET') {
    possible.delete('UNSUPPORTED_MEDIA_TYPE')
    possible.delete('PAYLOAD_TOO_LARGE')
  }
  if (takesIdempotencyKey(procedure)) possible.add('IDEMPOTENCY_KEY_REUSED')
  return possible
}
