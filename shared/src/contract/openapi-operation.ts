import type { AnyProcedure } from './define.ts'
import { toReference, type JsonSchema, type NamedSchemas } from './json-schema.ts'
import { takesIdempotencyKey, toErrorResponses } from './openapi-problem.ts'

export { takesIdempotencyKey } from './openapi-problem.ts'

/** What goes along with requests in their heads. */
export const PARAMETERS: Readonly<Record<string, object>> = {
  IdempotencyKey: {
    name: 'idempotency-key',
    in: 'header',
    description:
      'A text of your own, such as a UUID. Sent again with the same input within 24 hours, nothing more is created, and ' +
      'the response is that of the first time.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
  },
  IfNoneMatch: {
    name: 'if-none-match',
    in: 'header',
    description: 'The `etag` of what you have: if it is still so, the response is 304.',
    schema: { type: 'string' },
  },
  LastEventId: {
    name: 'last-event-id',
    in: 'header',
    description: 'The id of the last event that you saw: events go on after it. `EventSource` sends it by itself.',
    schema: { type: 'string' },
  },
}

/** What comes back in the heads of responses. */
export const HEADERS: Readonly<Record<string, object>> = {
  ETag: { description: 'Of this very content, for `if-none-match`.', schema: { type: 'string' } },
  IdempotencyReplayed: {
    description: '`true` where the response is that of an earlier request with the same key.',
    schema: { const: 'true' },
  },
  Link: { description: '`<address>; rel="next"`, unless it is the last page (RFC 8288).', schema: { type: 'string' } },
  RateLimit: {
    description: 'What is left to the caller, and the seconds until it begins anew (IETF draft).',
    schema: { type: 'string' },
  },
  RateLimitPolicy: {
    description: 'The limits that the request counted against (IETF draft).',
    schema: { type: 'string' },
  },
  RequestId: { description: 'Stands in each line of the server’s log about the request.', schema: { type: 'string' } },
  RetryAfter: { description: 'Whole seconds to wait before trying again.', schema: { type: 'integer' } },
}

/** The operation of a procedure. */
export function toOperation(name: string, procedure: AnyProcedure, named: NamedSchemas): object {
  const { summary, description } = procedure
  return {
    operationId: name,
    tags: [name.slice(0, name.indexOf('.'))],
    summary,
    ...(description !== undefined && { description }),
    ...toRequest(procedure, named),
    responses: { ...toSuccess(procedure, named), ...toErrorResponses(procedure) },
  }
}

function toSuccess({ kind, http, output }: AnyProcedure, named: NamedSchemas): Record<string, object> {
  const name = named.nameOf(output)
  if (name === undefined) throw new TypeError('the output of a procedure must be an exported schema')
  const isStream = kind === 'subscription'
  const isRead = http.method === 'GET' && !isStream
  const isList = named.byName[name]?.properties?.['next'] !== undefined
  const header = (of: string) => ({ $ref: `#/components/headers/${of}` })
  const headers = {
    'x-request-id': header('RequestId'),
    ratelimit: header('RateLimit'),
    'ratelimit-policy': header('RateLimitPolicy'),
    ...(isRead && { etag: header('ETag') }),
    ...(isList && { link: header('Link') }),
    ...(kind === 'mutation' && http.status === 201 && { 'idempotency-replayed': header('IdempotencyReplayed') }),
  }
  const description = isStream
    ? 'Server-sent events, one after another: each with an `id`, and as its `data` what is described here. One named `error` has a problem as its data, and is the last.'
    : 'Done.'
  const type = isStream ? 'text/event-stream' : 'application/json'
  return {
    [http.status ?? 200]: { description, headers, content: { [type]: { schema: { $ref: toReference(name) } } } },
    ...(isRead && { 304: { description: 'As you have it.', headers: { etag: header('ETag') } } }),
  }
}

/** Fields named in the path go there, the others into the query of a GET, and into the body of anything else. */
function toRequest(procedure: AnyProcedure, named: NamedSchemas): object {
  const { input, http, example = {} } = procedure
  const name = input === null ? undefined : named.nameOf(input)
  const schema: JsonSchema | undefined = input === null ? {} : name === undefined ? undefined : named.byName[name]
  if (schema === undefined || (input !== null && schema.properties === undefined))
    throw new TypeError(`the input of ${http.method} ${http.path} must be an exported object schema`)
  const { properties = {}, required = [] } = schema
  const examples = example as Record<string, unknown>
  const isInPath = (field: string) => http.path.includes(`{${field}}`)
  const fields = Object.entries(properties)
  const inPath = fields.filter(([field]) => isInPath(field))
  const others = fields.filter(([field]) => !isInPath(field))
  const toParameter = (place: 'path' | 'query', [field, { description, ...rest }]: [string, JsonSchema]) => ({
    name: field,
    in: place,
    required: required.includes(field),
    ...(description !== undefined && { description }),
    ...toContent(rest, examples[field]),
  })
  const parameters = [
    ...inPath.map((field) => toParameter('path', field)),
    ...(http.method === 'GET' ? others.map((field) => toParameter('query', field)) : []),
    ...toHeaderParameters(procedure),
  ]
  const hasBody = http.method !== 'GET' && others.length > 0
  return {
    ...(parameters.length > 0 && { parameters }),
    ...(hasBody && {
      requestBody: {
        required: required.some((field) => !isInPath(field)) || schema.anyOf !== undefined,
        content: {
          'application/json': {
            schema: inPath.length === 0 ? { $ref: toReference(String(name)) } : withoutFields(schema, isInPath),
            ...(procedure.example !== undefined && { example: pick(examples, (field) => !isInPath(field)) }),
          },
        },
      },
    }),
  }
}

/** What no plain text can say stands as JSON in it. */
function toContent(schema: JsonSchema, value: unknown): object {
  const content = { schema, ...(value !== undefined && { example: value }) }
  return isStructured(schema) ? { content: { 'application/json': content } } : content
}

function isStructured({ type, items }: JsonSchema): boolean {
  return type === 'object' || items?.type === 'object'
}

function toHeaderParameters(procedure: AnyProcedure): object[] {
  const refer = (to: string) => ({ $ref: `#/components/parameters/${to}` })
  if (takesIdempotencyKey(procedure)) return [refer('IdempotencyKey')]
  if (procedure.kind === 'subscription') return [refer('LastEventId')]
  return procedure.http.method === 'GET' ? [refer('IfNoneMatch')] : []
}

function withoutFields(schema: JsonSchema, isOut: (field: string) => boolean): JsonSchema {
  return {
    ...schema,
    properties: pick(schema.properties ?? {}, (field) => !isOut(field)) as Record<string, JsonSchema>,
    required: (schema.required ?? []).filter((field) => !isOut(field)),
  }
}

function pick(value: object, isWanted: (field: string) => boolean): object {
  return Object.fromEntries(Object.entries(value).filter(([field]) => isWanted(field)))
}
