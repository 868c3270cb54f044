import * as shared from '@roomkey/shared'
import { contract, proceduresOf, query } from '@roomkey/shared'
import { createOpenApi, HTTP_STATUSES } from '@roomkey/shared/openapi'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { generateCalls } from '../calls.ts'
import { toLiteral } from '../literal.ts'
import { generateReadme } from '../readme.ts'
import { generateReference } from '../reference.ts'
import { readContract } from '../source.ts'
import * as schemas from './trial.ts'

const source = readContract(schemas.trial, schemas)

describe('the client’s methods', () => {
  const calls = generateCalls(source)

  test('have the named types, their docs and their errors', () => {
    expect(calls).toContain('list: (input: ListTicksInput, options?: CallOptions) => Promise<TickList>')
    expect(calls).toContain('watch: (input: WatchInput, options?: SubscribeOptions) => AsyncIterable<Tick>')
    expect(calls).toContain('reset: (input?: undefined, options?: CallOptions) => Promise<Tick>')
    expect(calls).toContain(
      ' * Counts.\n *\n * One more each second.\n *\n * @throws RoomkeyError `ROOM_NOT_FOUND`, or',
    )
    expect(calls).toContain("import type { ListTicksInput, Tick, TickList, WatchInput } from '@roomkey/shared'")
    expect(calls).toContain("import type { CallOptions, SubscribeOptions } from './call-options.ts'")
  })

  test('come with their kinds, and with what may be sent again', () => {
    expect(calls).toContain("ticks: { list: 'query', watch: 'subscription', reset: 'mutation' }")
    expect(calls).toContain("'ticks.reset': true")
  })

  test('need types that have a name', () => {
    const list = query<undefined, string>()({
      input: null,
      output: z.string(),
      summary: 'Nameless',
      errors: [],
      http: { method: 'GET', path: '/x' },
    })
    expect(() => readContract({ names: { list } }, schemas)).toThrow(/names\.list/)
  })
})

describe('the reference', () => {
  const page = generateReference(source, 'ticks', source.procedures)

  test('shows input, output, errors, and examples in both tongues', () => {
    expect(page).toContain('| `limit` | integer, 1–9 | `5` |  |')
    expect(page).toContain('| `room` | string | required |  |')
    expect(page).toContain('**Output:** [`TickList`](#ticklist)')
    expect(page).toContain('| `ticks` | list of [`Tick`](#tick) |  |')
    expect(page).toContain('| `note`, if there is one | string |  |')
    expect(page).toContain('| 404 | `ROOM_NOT_FOUND` |')
    expect(page).toContain(`const tickList = await roomkey.ticks.list({ room: 'it’s "mine"', limit: 2 })`)
    expect(page).toContain(`--data-urlencode 'input={"room":"it’s \\"mine\\"","limit":2}'`)
  })

  test('knows subscriptions', () => {
    expect(page).toContain('events, one after another, each [`Tick`](#tick)')
    expect(page).toContain("for await (const event of roomkey.ticks.watch({ room: 'standup' })) console.log(event)")
    expect(page).toContain(`curl -sN --get http://localhost:5000/trpc/ticks.watch --data-urlencode 'input=`)
  })

  test('has examples that the procedures take', () => {
    for (const [name, { input, example }] of proceduresOf(contract)) {
      expect(input === null || input.safeParse(example).success, name).toBe(true)
    }
  })
})

test('README’s table replaces the one before it, and nothing else', () => {
  const marks = ['<!-- procedures: written by npm run generate -->', '<!-- /procedures -->'] as const
  const once = generateReadme(source, `before\n${marks[0]}\nold\n${marks[1]}\nafter\n`)
  expect(once).toMatch(/^before\n/)
  expect(once).toMatch(/\nafter\n$/)
  expect(once).not.toContain('old')
  expect(once).toContain('| query | Lists ticks | `{ room, limit? = 5 }` → `{ ticks }` |')
  expect(once).toContain(
    '| subscription | Counts | `{ room, lastEventId? }` → `{ id, count, note }`, one after another |',
  )
  expect(generateReadme(source, once)).toBe(once)
  expect(() => generateReadme(source, 'none')).toThrow(TypeError)
})

describe('the OpenAPI document', () => {
  const document = createOpenApi(schemas.trial, { version: '1.2.3', schemas })

  test('puts fields into the path, the query or the body', () => {
    expect(document.paths['/v1/rooms/{room}/ticks']?.['get']).toMatchObject({
      parameters: [
        { name: 'room', in: 'path', required: true, schema: { type: 'string' } },
        {
          name: 'limit',
          in: 'query',
          required: false,
          schema: { type: 'integer', minimum: 1, maximum: 9, default: 5 },
          example: 2,
        },
        { $ref: '#/components/parameters/IfNoneMatch' },
      ],
    })
    const roomkey = createOpenApi(contract, { version: '1', schemas: shared })
    expect(roomkey.paths['/v1/rooms/{roomSid}/participants/{participant}/remove']?.['post']).toMatchObject({
      operationId: 'participants.remove',
      parameters: [{ name: 'roomSid' }, { name: 'participant' }],
      requestBody: {
        required: false,
        content: {
          'application/json': { schema: { properties: { ban: { type: 'boolean' } } }, example: { ban: true } },
        },
      },
    })
  })

  test('has every operation of Roomkey under a name and an address of its own', () => {
    const roomkey = createOpenApi(contract, { version: '1', schemas: shared })
    const operations = Object.values(roomkey.paths).flatMap((path) => Object.values(path))
    expect(operations.map((operation) => (operation as { operationId: string }).operationId).sort()).toEqual(
      proceduresOf(contract)
        .map(([name]) => name)
        .sort(),
    )
  })

  test('knows subscriptions, statuses and errors', () => {
    expect(document.paths['/v1/rooms/{room}/ticks/events']?.['get']).toMatchObject({
      responses: {
        200: { content: { 'text/event-stream': { schema: { $ref: '#/components/schemas/Tick' } } } },
        404: { description: '`ROOM_NOT_FOUND`, `INVITE_NOT_FOUND`' },
      },
    })
    expect(document.paths['/v1/ticks/reset']?.['post']).toMatchObject({ responses: { 202: {} } })
    expect(document.paths['/v1/ticks/reset']?.['post']).not.toHaveProperty('requestBody')
  })

  test('holds what it refers to and no more', () => {
    const text = JSON.stringify(document)
    const referred = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
    expect(new Set(Object.keys(document.components.schemas))).toEqual(new Set(referred))
    expect(Object.keys(document.components.schemas)).not.toContain('WatchInput')
  })

  test('gives every code a status', () => {
    expect(Object.keys(HTTP_STATUSES).sort()).toEqual([...shared.ERROR_CODES].sort())
  })
})

test('a literal reads as it would be written', () => {
  expect(toLiteral({ a: "it's", b: [1, null], c: {}, d: { e: true } })).toBe(
    String.raw`{ a: 'it\'s', b: [1, null], c: {}, d: { e: true } }`,
  )
})
