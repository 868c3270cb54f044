import { ERROR_CODES } from '@roomkey/shared'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appRouter } from '../src/index.ts'
import { anyText } from './any-text.ts'
import { JSON_TYPE, SID, expectRefusal } from './refusal.ts'
import { createWorld } from './setup.ts'
import type { TestResponse, World } from './setup.ts'

/** Input that is good, to be spoilt. */
const GOOD: Record<string, object> = {
  'auth.getToken': { userId: 'Beyoncé', roomSid: SID, ttlSeconds: 60 },
  'auth.whoami': {},
  'rooms.create': { roomName: 'x', maxParticipants: 2 },
  'rooms.list': { status: 'completed', limit: 5 },
  'rooms.get': { sid: SID },
  'rooms.complete': { sid: SID },
  'participants.list': { roomSid: SID, limit: 5 },
  'participants.get': { roomSid: SID, participant: 'Bo' },
  'participants.remove': { roomSid: SID, participant: 'Bo' },
  'invites.create': { roomSid: SID, role: 'guest' },
  'invites.list': { roomSid: SID },
  'invites.revoke': { id: '123e4567-e89b-42d3-a456-426614174000' },
  'bans.create': { roomSid: SID, identity: 'Bo' },
  'bans.list': { roomSid: SID, limit: 5 },
  'bans.lift': { roomSid: SID, identity: 'Bo' },
  'recordingRules.get': { roomSid: SID },
  'recordingRules.update': { roomSid: SID, rules: [{ type: 'include', kind: 'audio' }] },
}

type Definition = { _def: { type: string; inputs: unknown[] } }

const PROCEDURES = Object.entries(appRouter._def.procedures as unknown as Record<string, Definition>)
  .map(([path, { _def }]) => ({ path, type: _def.type, takesInput: _def.inputs.length > 0 }))
  .filter(({ type }) => type !== 'subscription')

let world: World

beforeAll(async () => {
  world = await createWorld({ way: 'socket', env: { LOG_LEVEL: 'error' } })
})

afterAll(async () => {
  await world[Symbol.asyncDispose]()
})

describe.each(PROCEDURES)('$path', ({ path, type, takesInput }) => {
  const call = (input: unknown) => (type === 'query' ? world.query(path, input) : world.mutate(path, input))

  test('answers any JSON at all with success or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (input) => expectHandled(await call(input))),
      { numRuns: 25 },
    )
  })

  test('answers good input with one field spoilt with success or a refusal', async () => {
    const good = GOOD[path] ?? {}
    const keys = [...Object.keys(good), 'unknown', '__proto__', 'constructor', 'toString', 'cursor', 'createdAfter']
    const spoilt = fc.tuple(fc.constantFrom(...keys), fc.oneof(fc.jsonValue({ maxDepth: 2 }), nastyText()))
    await fc.assert(
      fc.asyncProperty(spoilt, async ([key, value]) => {
        // Spelled as text: an object literal would swallow __proto__.
        const text = JSON.stringify(good).replace(/^\{/, `{${JSON.stringify(key)}:${JSON.stringify(value)},`)
        expectHandled(await send(path, type, text.replace(/,\}$/, '}')))
      }),
      { numRuns: 25 },
    )
  })

  test('answers text that is no JSON with a refusal', async () => {
    if (!takesInput) return
    for (const text of ['{', '{"a":', 'undefined', "{'a':1}", '\u0000', '[1,', '"\\u', 'NaN', '{"a":1}}', '🎤']) {
      expectRefusal(await send(path, type, text), 400, 'INVALID_INPUT')
    }
  })

  test('refuses unknown fields by name', async () => {
    for (const key of ['unknown', '__proto__', 'constructor', 'prototype', 'x'.repeat(500)]) {
      const text = JSON.stringify({ ...GOOD[path] }).replace(/^\{/, `{${JSON.stringify(key)}:{"admin":true},`)
      const answer = await send(path, type, text.replace(/,\}$/, '}'))
      if (answer.status === 200) continue
      expectRefusal(answer, 400, 'INVALID_INPUT')
      expect(answer.error?.data.roomkey.fields?.some((field) => field.path.startsWith(key.slice(0, 60)))).toBe(true)
    }
    expect(({} as { admin?: boolean }).admin).toBeUndefined()
  })

  test('refuses the wrong method', async () => {
    const body = { body: JSON.stringify(GOOD[path] ?? {}), headers: JSON_TYPE }
    const wrong = type === 'query' ? { method: 'POST', ...body } : { method: 'GET' }
    expectRefusal(await world.send(`/trpc/${path}`, wrong), 405, 'METHOD_NOT_SUPPORTED')
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await world.send(`/trpc/${path}`, { method, ...body })
      expect([404, 405]).toContain(answer.status)
      expect(['PROCEDURE_NOT_FOUND', 'METHOD_NOT_SUPPORTED']).toContain(answer.error?.data.roomkey.code)
    }
  })
})

describe('fields at fault are named', () => {
  test.each<[string, unknown, string[]]>([
    ['auth.getToken', {}, ['roomSid']],
    ['auth.getToken', { userId: '', roomSid: SID }, ['userId']],
    ['auth.getToken', { userId: 'x'.repeat(129), roomSid: SID }, ['userId']],
    ['auth.getToken', { userId: 'é'.repeat(65), roomSid: SID }, ['userId']],
    ['auth.getToken', { userId: 'a\nb', roomSid: SID }, ['userId']],
    ['auth.getToken', { userId: 5, roomSid: [SID] }, ['userId', 'roomSid']],
    ['auth.getToken', { userId: 'a', roomSid: SID, ttlSeconds: 0 }, ['ttlSeconds']],
    ['auth.getToken', { userId: 'a', roomSid: SID, ttlSeconds: 86_401 }, ['ttlSeconds']],
    ['auth.getToken', { userId: 'a', roomSid: SID, ttlSeconds: 1.5 }, ['ttlSeconds']],
    [
      'rooms.create',
      { roomName: '', maxParticipants: 51, audioOnly: 'no' },
      ['roomName', 'maxParticipants', 'audioOnly'],
    ],
    ['rooms.create', { roomName: SID }, ['roomName']],
    ['rooms.create', { videoCodecs: ['VP8', 'AV1'] }, ['videoCodecs.1']],
    ['rooms.create', { statusCallback: 'http://169.254.169.254/' }, ['statusCallback']],
  ])('%s %j', async (path, input, fields) => {
    const answer = await world.mutate(path, input)
    expectRefusal(answer, 400, 'INVALID_INPUT')
    expect(answer.error?.data.roomkey.fields?.map((field) => field.path)).toEqual(fields)
    for (const field of fields) expect(answer.error?.message.length).toBeGreaterThan(field.length)
  })

  test('rooms.list', async () => {
    const answer = await world.query('rooms.list', { limit: 1001, status: 'open', createdAfter: 'yesterday' })
    expect(answer.error?.data.roomkey.fields?.map((field) => field.path).toSorted()).toEqual([
      'createdAfter',
      'limit',
      'status',
    ])
  })

  test('a lone surrogate, which is no UTF-8', async () => {
    const answer = await world.mutate('auth.getToken', { userId: 'a\ud800', roomSid: SID })
    expectRefusal(answer, 400, 'INVALID_INPUT')
    expect(answer.error?.data.roomkey.fields).toMatchObject([{ path: 'userId' }])
  })
})

test('after all that, the server lives', async () => {
  expect((await world.query('rooms.list')).status).toBe(200)
  expect((await world.send('/readyz')).status).toBe(200)
})

function send(path: string, type: string, text: string): Promise<TestResponse> {
  return type === 'query'
    ? world.send(`/trpc/${path}?input=${encodeURIComponent(text)}`)
    : world.send(`/trpc/${path}`, { method: 'POST', headers: JSON_TYPE, body: text })
}

function expectHandled(answer: TestResponse): void {
  if (answer.status === 200) return
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status, answer.text).toBeLessThan(500)
  expect(ERROR_CODES).toContain(answer.error?.data.roomkey.code)
  expect(answer.error?.data.roomkey.requestId).not.toBe('')
  expect(answer.text.length).toBeLessThan(10_000)
}

function nastyText(): fc.Arbitrary<string> {
  return fc.oneof(
    anyText(200),
    fc.constantFrom(
      '../../x',
      '..',
      '.',
      '#',
      '?',
      '%2e%2e',
      '%',
      '\u0000',
      '\ud800',
      '\r\nx: y',
      SID,
      '𝕏'.repeat(64),
      'x'.repeat(5000),
    ),
    fc.constantFrom('http://127.0.0.1:1/', 'https://example.com/v1/Rooms?PageToken=x', 'file:///etc/passwd'),
  )
}
