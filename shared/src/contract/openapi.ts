import { COMMON_ERRORS, ERROR_CODES, type ErrorCode } from '../error-code.ts'
import { proceduresOf, type AnyProcedure, type ContractOf } from './define.ts'
import { HTTP_STATUSES } from './http-status.ts'
import { nameSchemas, toReference, type JsonSchema, type NamedSchemas } from './json-schema.ts'

export { HTTP_STATUSES } from './http-status.ts'
export { nameSchemas, parseReference, type JsonSchema, type NamedSchemas } from './json-schema.ts'

/** An OpenAPI 3.1 document. Source: spec.openapis.org/oas/v3.1.1. */
export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  paths: Record<string, Record<string, object>>
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, object> }
  security: Record<string, string[]>[]
}

/**
 * Describes a contract's REST addresses as OpenAPI.
 *
 * @param contract whose procedures become operations, named as they are: `rooms.create`
 * @param options `schemas`: a module whose exports `XSchema` become the components `X`
 */
export function createOpenApi<TContract extends ContractOf<TContract>>(
  contract: TContract,
  { version, schemas }: { version: string; schemas: Readonly<Record<string, unknown>> },
): OpenApiDocument {
  const named = nameSchemas(schemas)
  const paths: OpenApiDocument['paths'] = {}
  for (const [name, procedure] of proceduresOf(contract)) {
    const operations = (paths[procedure.http.path] ??= {})
    operations[procedure.http.method.toLowerCase()] = toOperation(name, procedure, named)
  }
  const components: Record<string, JsonSchema> = { ...named.byName, Error: ERROR }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Roomkey',
      version,
      description:
        'Typed video rooms over Twilio Programmable Video: the REST addresses that the contract gives to its procedures. ' +
        'The server does not serve them yet; it has the same procedures, inputs and outputs under `/trpc`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      schemas: Object.fromEntries(findUsed(paths, components).map((name) => [name, components[name] ?? {}])),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'A JWT of your own sign-in, an API key, or an invitation.',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'An API key.' },
      },
    },
    // The empty one: a server may be open, and a guest may have nothing to show yet.
    security: [{ bearer: [] }, { apiKey: [] }, {}],
  }
}

function toOperation(name: string, procedure: AnyProcedure, named: NamedSchemas): object {
  const { http, kind, summary, description } = procedure
  const output = { schema: refer(procedure.output, named) }
  return {
    operationId: name,
    tags: [name.slice(0, name.indexOf('.'))],
    summary,
    ...(description !== undefined && { description }),
    ...toRequest(procedure, named),
    responses: {
      [http.status ?? 200]: {
        description: kind === 'subscription' ? 'Events, one after another: the data of each.' : 'Done.',
        content: { [kind === 'subscription' ? 'text/event-stream' : 'application/json']: output },
      },
      ...toErrorResponses(procedure.errors),
    },
  }
}

/** Fields named in the path go there, the others into the query of a GET, and into the body of anything else. */
function toRequest({ input, http, example }: AnyProcedure, named: NamedSchemas): object {
  if (input === null) return {}
  const name = named.nameOf(input)
  const schema = name === undefined ? undefined : named.byName[name]
  if (schema?.properties === undefined)
    throw new TypeError(`the input of ${http.method} ${http.path} must be an exported object schema`)
  const { properties, required = [] } = schema
  const isInPath = (field: string) => http.path.includes(`{${field}}`)
  const fields = Object.entries(properties)
  const inPath = fields.filter(([field]) => isInPath(field))
  const others = fields.filter(([field]) => !isInPath(field))
  const toParameter = (place: 'path' | 'query', [field, { description, ...rest }]: [string, JsonSchema]) => ({
    name: field,
    in: place,
    required: required.includes(field),
    ...(description !== undefined && { description }),
    schema: rest,
  })
  const parameters = [
    ...inPath.map((field) => toParameter('path', field)),
    ...(http.method === 'GET' ? others.map((field) => toParameter('query', field)) : []),
  ]
  const body =
    http.method === 'GET' || others.length === 0
      ? undefined
      : {
          ...schema,
          properties: Object.fromEntries(others),
          required: required.filter((field) => !isInPath(field)),
        }
  return {
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: body.required.length > 0 || schema.anyOf !== undefined,
        content: {
          'application/json': {
            schema: inPath.length === 0 ? { $ref: toReference(String(name)) } : body,
            ...(example !== undefined && { example: pick(example, (field) => !isInPath(field)) }),
          },
        },
      },
    }),
  }
}

function pick(value: object, isWanted: (field: string) => boolean): object {
  return Object.fromEntries(Object.entries(value).filter(([field]) => isWanted(field)))
}

/** One response a status; its description names the codes that come with it. */
function toErrorResponses(errors: readonly ErrorCode[]): Record<string, object> {
  const possible = new Set<ErrorCode>([...COMMON_ERRORS, ...errors])
  const responses: Record<string, { description: string; content: object }> = {}
  for (const code of ERROR_CODES) {
    if (!possible.has(code)) continue
    const status = HTTP_STATUSES[code]
    const others = responses[status]
    responses[status] = {
      description: others === undefined ? `\`${code}\`` : `${others.description}, \`${code}\``,
      content: { 'application/json': { schema: { $ref: toReference('Error') } } },
    }
  }
  return responses
}

const ERROR: JsonSchema = {
  type: 'object',
  description: 'What every failed request is answered with.',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', enum: [...ERROR_CODES] },
        message: { type: 'string', description: 'For people: what failed, for which room, and what to do.' },
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
        requestId: { type: 'string', description: 'Stands in the server’s log beside the cause.' },
      },
      required: ['code', 'message', 'requestId'],
    },
  },
  required: ['error'],
}

function refer(schema: AnyProcedure['output'], named: NamedSchemas): JsonSchema {
  const name = named.nameOf(schema)
  if (name === undefined) throw new TypeError('the output of a procedure must be an exported schema')
  return { $ref: toReference(name) }
}

/** The components that the paths refer to, and those that these refer to, in the order of their names. */
function findUsed(paths: object, components: Readonly<Record<string, JsonSchema>>): string[] {
  const used = new Set<string>()
  const visit = (part: object): void => {
    const start = toReference('')
    for (const [, name = ''] of JSON.stringify(part).matchAll(new RegExp(`"\\$ref":"${start}(\\w+)"`, 'g'))) {
      const component = components[name]
      if (used.has(name) || component === undefined) continue
      used.add(name)
      visit(component)
    }
  }
  visit(paths)
  return [...used].sort()
}

/** Whether a procedure creates something, so that REST takes an `Idempotency-Key` for it. */
export function takesIdempotencyKey({ kind, http }: AnyProcedure): boolean {
  return kind === 'mutation' && http.status === 201
}
