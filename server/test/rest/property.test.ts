import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import type { JsonSchema } from '@roomkey/shared/openapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as shared from '@roomkey/shared'
import { createOpenApi } from '@roomkey/shared/openapi'
import { createWorld, type World } from '../setup.ts'
import { toArbitrary } from './arbitrary.ts'

// Nothing here knows Roomkey: requests are made of the document, and every response is held against it.

type Parameter = { name: string; in: string; required: boolean; schema?: JsonSchema }
type Media = Record<string, { schema: JsonSchema }>
type Operation = {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Media }
  responses: Record<string, { content?: Media }>
}
type Request = { path: Record<string, unknown>; query: Record<string, unknown>; body: unknown }

const document = createOpenApi(shared.contract, { version: '0', schemas: shared })
const { schemas } = document.components
const ajv = new Ajv2020({ strict: false })
formats.default(ajv)
ajv.addFormat('jwt', /^[\w-]+\.[\w-]+\.[\w-]+$/)
ajv.addSchema(document, 'document')
const fits = (schema: JsonSchema, value: unknown) => ajv.validate(absolute(schema), value)

const operations = Object.entries(document.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation as Operation })),
  )
  .filter(({ operation }) => !('text/event-stream' in (operation.responses['200']?.content ?? {})))
  .map((one) => ({ ...one, name: one.operation.operationId }))

let world: World
beforeAll(async () => (world = await createWorld({ way: 'socket', env: { LOG_LEVEL: 'error' } })))
afterAll(() => world[Symbol.asyncDispose]())

/** The server is open, where nobody is signed in: a token is for whom the request says, which others may leave out. */
const isForSomebody = ({ body }: Request) => (body as { userId?: string }).userId !== undefined

describe.each(operations)('$name', ({ path, method, operation, name }) => {
  test('answers what the document says is right as the document says', async () => {
    const right = toRequest(operation)
    await fc.assert(
      fc.asyncProperty(name === 'auth.getToken' ? right.filter(isForSomebody) : right, async (request) => {
        const { status, json } = await send(path, method, request)
        expectDocumented(operation, status, json)
        expect([status === 400, status === 400 ? json : undefined]).toEqual([false, undefined])
      }),
      { numRuns: 10 },
    )
  })

  test('refuses what the document says is wrong, and says so as the document says', async () => {
    await fc.assert(
      fc.asyncProperty(toRequest(operation), spoilt(operation), async (request, spoil) => {
        const wrong = spoil(request)
        fc.pre(wrong !== undefined)
        const { status, json } = await send(path, method, wrong)
        expect([status, json]).toEqual([400, expect.objectContaining({ code: 'INVALID_INPUT' })])
        expectDocumented(operation, status, json)
      }),
      { numRuns: 15 },
    )
  })
})

function toRequest({ parameters = [], requestBody }: Operation): fc.Arbitrary<Request> {
  // What is opaque cannot be made up.
  const fieldsIn = (place: string) =>
    parameters.filter(
      (parameter) => parameter.in === place && parameter.schema !== undefined && parameter.name !== 'cursor',
    )
  const record = (some: Parameter[]) =>
    fc.record(
      Object.fromEntries(
        some.map(({ name, schema = {} }) => [
          name,
          toArbitrary(schema, schemas).filter((value) => fits(schema, value)),
        ]),
      ),
      {
        requiredKeys: some.filter(({ required }) => required).map(({ name }) => name),
      },
    )
  const schema = requestBody?.content['application/json']?.schema
  const body =
    schema === undefined ? fc.constant(undefined) : toArbitrary(schema, schemas).filter((value) => fits(schema, value))
  // Whoever sends a request takes dots out of its path, whatever they are escaped as.
  const path = record(fieldsIn('path')).filter(
    (fields) => !Object.values(fields).some((value) => /^\.{1,2}$/.test(String(value))),
  )
  return fc.record({ path, query: record(fieldsIn('query')), body })
}

const NONSENSE = [null, '', 'x'.repeat(300), '\u0000', -1, 1.5, 1e12, true, [], {}, [null], '5']

/** Spoils one field of a request, or adds one too many; `undefined` where that made nothing wrong. */
function spoilt({ parameters = [], requestBody }: Operation): fc.Arbitrary<(request: Request) => Request | undefined> {
  const schema = requestBody?.content['application/json']?.schema
  return fc.tuple(fc.nat(), fc.constantFrom(...NONSENSE), fc.boolean()).map(([pick, nonsense, adds]) => (request) => {
    const query = parameters.filter((parameter) => parameter.in === 'query' && parameter.schema !== undefined)
    if (schema === undefined) {
      const { name, schema: one = {} } = query[pick % Math.max(1, query.length)] ?? { name: 'surprise' }
      if (adds || query.length === 0) return withQuery(request, 'surprise', 'x')
      // All that stands in a query is text, in which a number may be read.
      const text = typeof nonsense === 'string' ? nonsense : JSON.stringify(nonsense)
      const isRight =
        fits(one, text) || fits(one, Number(text)) || fits(one, [text]) || text === 'true' || name === 'cursor'
      return isRight || text === '' ? undefined : withQuery(request, name, text)
    }
    const body = request.body as Record<string, unknown>
    const names = Object.keys(resolve(schema).properties ?? {})
    const name = adds ? 'surprise' : (names[pick % names.length] ?? '')
    const wrong = { ...body, [name]: nonsense }
    return fits(schema, wrong) ? undefined : { ...request, body: wrong }
  })
}

function withQuery(request: Request, name: string, value: unknown): Request {
  return { ...request, query: { ...request.query, [name]: value } }
}

async function send(path: string, method: string, { path: fields, query, body }: Request) {
  const address = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(fields[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    for (const item of [value].flat()) search.append(name, String(item))
  const { status, text } = await world.send(`${address}${search.size === 0 ? '' : `?${search.toString()}`}`, {
    method: method.toUpperCase(),
    headers: method === 'get' ? {} : { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status, json: JSON.parse(text) as unknown }
}

function expectDocumented({ responses, operationId }: Operation, status: number, json: unknown): void {
  const content = responses[status]?.content
  expect(content, `${operationId} answered ${status}: ${JSON.stringify(json)}`).toBeDefined()
  for (const { schema } of Object.values(content ?? {})) {
    const isFit = fits(schema, json)
    expect([isFit, isFit ? [] : ajv.errors, isFit ? undefined : json]).toEqual([true, [], undefined])
  }
}

function resolve(schema: JsonSchema): JsonSchema {
  return schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})
}

/** Where the document's own references lead from outside of it. */
function absolute(schema: JsonSchema): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')) as object
}
