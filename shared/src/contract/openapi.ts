import { proceduresOf, type ContractOf } from './define.ts'
import { nameSchemas, toReference, type JsonSchema, type NamedSchemas } from './json-schema.ts'
import { HEADERS, PARAMETERS, toOperation } from './openapi-operation.ts'
import { PROBLEM } from './openapi-problem.ts'

export { HTTP_STATUSES } from './http-status.ts'
export { nameSchemas, parseReference, type JsonSchema, type NamedSchemas } from './json-schema.ts'
export { takesIdempotencyKey } from './openapi-operation.ts'

/** An OpenAPI 3.1 document. Source: spec.openapis.org/oas/v3.1.1. */
export interface OpenApiDocument {
  openapi: '3.1.1'
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } }
  servers: { url: string }[]
  tags: { name: string }[]
  paths: Record<string, Record<string, object>>
  components: {
    schemas: Record<string, JsonSchema>
    parameters: Record<string, object>
    headers: Record<string, object>
    securitySchemes: Record<string, object>
  }
  security: Record<string, string[]>[]
}

/** Where REST begins: what stands before the addresses of the contract. */
export const REST_PREFIX = '/v1'

/**
 * Describes a contract's REST addresses as OpenAPI.
 *
 * @param contract whose procedures become operations, named as they are: `rooms.create`
 * @param options `schemas`: a module whose exports `XSchema` become the components `X`; `server`: the address below which
 * the paths are, by default that of the document
 */
export function createOpenApi<TContract extends ContractOf<TContract>>(
  contract: TContract,
  { version, schemas, server = '/' }: { version: string; schemas: Readonly<Record<string, unknown>>; server?: string },
): OpenApiDocument {
  const named = withNext(nameSchemas(schemas))
  const paths: OpenApiDocument['paths'] = {}
  for (const [name, procedure] of proceduresOf(contract)) {
    const operations = (paths[REST_PREFIX + procedure.http.path] ??= {})
    operations[procedure.http.method.toLowerCase()] = toOperation(name, procedure, named)
  }
  const components: Record<string, JsonSchema> = { ...named.byName, Problem: PROBLEM }
  return {
    openapi: '3.1.1',
    info: { title: 'Roomkey', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: server }],
    tags: Object.keys(contract).map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(findUsed(paths, components).map((name) => [name, components[name] ?? {}])),
      parameters: PARAMETERS,
      headers: HEADERS,
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

const DESCRIPTION =
  'Typed video rooms over Twilio Programmable Video. The same procedures as over tRPC, with the same rules, limits and ' +
  'errors. Bodies are JSON; failures are problem details (RFC 9457) whose `code` says which it is. Text is read as a ' +
  'number or a boolean in paths and queries only. Lists come page by page: `next` is the `cursor` of the page after, and ' +
  '`Link` leads there. HEAD and OPTIONS work at every address; what an address does not take is 405, with `Allow`.'

/** Lists as REST has them: the cursor of the page after is called `next`. */
function withNext(named: NamedSchemas): NamedSchemas {
  const rename = (schema: JsonSchema): JsonSchema => {
    const { nextCursor, ...properties } = schema.properties ?? {}
    if (nextCursor === undefined) return schema
    const required = schema.required?.map((field) => (field === 'nextCursor' ? 'next' : field)) ?? []
    return { ...schema, properties: { ...properties, next: nextCursor }, required }
  }
  const byName = Object.fromEntries(Object.entries(named.byName).map(([name, schema]) => [name, rename(schema)]))
  return { byName, nameOf: named.nameOf }
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
