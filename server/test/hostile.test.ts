import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { ERROR_CODES } from '@roomkey/shared'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appRouter } from '../src/index.ts'
import { anyText } from './any-text.ts'
import { createWorld } from './setup.ts'
import type { Answer, World } from './setup.ts'

const SID = `RM${'1'.repeat(32)}`
const JSON_TYPE = { 'content-type': 'application/json' }

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

describe('bodies', () => {
  const url = '/trpc/auth.getToken'

  test('that are not valid UTF-8 are refused', async () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
      const body = Buffer.concat([
        Buffer.from('{"userId":"a'),
        Buffer.from(bytes),
        Buffer.from(`","roomSid":"${SID}"}`),
      ])
      expectRefusal(await world.send(url, { method: 'POST', headers: JSON_TYPE, body }), 400, 'INVALID_INPUT')
    }
    for (const bytes of ['%ff', '%c3', '%ed%a0%80']) {
      const answer = await world.send(`/trpc/rooms.get?input=%7B%22sid%22%3A%22a${bytes}%22%7D`)
      expectRefusal(answer, 400, 'INVALID_INPUT')
    }
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'text/plain',
  ])('of 10 MB are refused as %s', async (contentType) => {
    const body = `{"userId":"${'x'.repeat(10_000_000)}"}`
    const answer = await world.send(url, { method: 'POST', headers: { 'content-type': contentType }, body })
    expect([413, 415]).toContain(answer.status)
    expect(['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE']).toContain(answer.error?.data.roomkey.code)
  })

  test.each(['application/json', 'multipart/form-data; boundary=x', 'application/octet-stream', 'text/plain'])(
    'that announce 10 GB as %s are refused unread',
    async (contentType) => {
      const text = await speak(
        `POST ${url} HTTP/1.1\r\nhost: x\r\ncontent-type: ${contentType}\r\ncontent-length: 10737418240\r\n\r\n{`,
      )
      expect(text).toMatch(/^HTTP\/1\.1 41[35] /)
      expect(text).toMatch(/"code":"(PAYLOAD_TOO_LARGE|UNSUPPORTED_MEDIA_TYPE)"/)
    },
  )

  test.each(['application/json', 'multipart/form-data; boundary=x', 'application/octet-stream'])(
    'without an announced end are cut off as %s',
    async (contentType) => {
      const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
      const text = await speak(
        `POST ${url} HTTP/1.1\r\nhost: x\r\ncontent-type: ${contentType}\r\ntransfer-encoding: chunked\r\n\r\n`,
        chunk,
      )
      expect(text).toMatch(/^HTTP\/1\.1 41[35] /)
    },
  )

  test('nested 40,000 deep are refused', async () => {
    for (const body of ['['.repeat(40_000) + ']'.repeat(40_000), `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`]) {
      expectRefusal(await world.send(url, { method: 'POST', headers: JSON_TYPE, body }), 400, 'INVALID_INPUT')
    }
  })

  test('with 15,000 unknown fields get an answer of bounded size', async () => {
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 15_000 }, (_, i) => [`key${i}`, 1])))
    const answer = await world.send(url, { method: 'POST', headers: JSON_TYPE, body })
    expectRefusal(answer, 400, 'INVALID_INPUT')
    expect(answer.text.length).toBeLessThan(10_000)
  })

  test('of a type that is not JSON, or of none, are refused', async () => {
    const body = JSON.stringify({ userId: 'a', roomSid: SID })
    for (const contentType of [
      'text/plain',
      'application/xml',
      'application/jsonx',
      'a'.repeat(1000),
      'application/x-www-form-urlencoded',
    ]) {
      const answer = await world.send(url, { method: 'POST', headers: { 'content-type': contentType }, body })
      expectRefusal(answer, 415, 'UNSUPPORTED_MEDIA_TYPE')
    }
    expectRefusal(await world.send(url, { method: 'POST' }), 415, 'UNSUPPORTED_MEDIA_TYPE')
  })
})

describe('batches', () => {
  test('of 10,000 calls are refused', async () => {
    const paths = Array.from({ length: 10_000 }, () => 'auth.getToken').join(',')
    for (const url of [`/trpc/a?batch=1&input=${'x'.repeat(100)}`, `/trpc/${paths.slice(0, 60_000)}?batch=1`]) {
      const answer = await world.send(url)
      expect([400, 404, 413, 414, 431]).toContain(answer.status)
    }
    const text = await speak(`POST /trpc/${paths}?batch=1 HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}`)
    expect(text).toMatch(/^HTTP\/1\.1 (413|414|431) /)
  })

  test('of more than 50 calls are refused, of 50 are answered', async () => {
    const batch = async (size: number) => {
      const paths = Array.from({ length: size }, () => 'auth.getToken').join(',')
      const input = { userId: 'a', roomSid: SID }
      const body = JSON.stringify(Object.fromEntries(Array.from({ length: size }, (_, i) => [i, input])))
      return world.send(`/trpc/${paths}?batch=1`, { method: 'POST', headers: JSON_TYPE, body })
    }
    const good = await batch(50)
    expect(good.status).toBe(200)
    expect(JSON.parse(good.text)).toHaveLength(50)
    expectRefusal(await batch(51), 413, 'PAYLOAD_TOO_LARGE')
  })

  test('with a body that is no object, or hits the prototype, are refused or answered call by call', async () => {
    for (const body of [
      '[]',
      '1',
      '"x"',
      'null',
      '{"__proto__":{"0":{}}}',
      '{"0":{"__proto__":{"userId":"x"}}}',
      '{"length":1e9}',
    ]) {
      const answer = await world.send('/trpc/auth.getToken,rooms.create?batch=1', {
        method: 'POST',
        headers: JSON_TYPE,
        body,
      })
      expect(answer.status).toBeLessThan(500)
    }
  })
})

describe('addresses', () => {
  test.each([
    '/trpc/nope',
    '/trpc/rooms',
    '/trpc/rooms.',
    '/trpc/rooms.get.x',
    '/trpc/__proto__',
    '/trpc/constructor',
    '/trpc/rooms.constructor',
    '/trpc/rooms.__proto__.toString',
    '/trpc/',
    '/trpc',
    '/nowhere',
    '/trpc/a/b',
  ])('%s is not there, and says so', async (url) => {
    expectRefusal(await world.send(url), 404, 'PROCEDURE_NOT_FOUND')
  })

  test('that cannot be decoded are refused', async () => {
    for (const url of [
      '/%',
      '/%zz',
      '/trpc/%ff',
      '/trpc/rooms.get?input=%ff',
      '/trpc/rooms.get?input=%',
      '/trpc/rooms.get?input=%7B',
    ]) {
      const answer = await world.send(url)
      expect(answer.status, url).toBeGreaterThanOrEqual(400)
      expect(answer.status, url).toBeLessThan(500)
      expect(ERROR_CODES, url).toContain(answer.error?.data.roomkey.code)
    }
  })

  test('that are far too long are refused', async () => {
    const text = await speak(`GET /${'x'.repeat(40_000)} HTTP/1.1\r\nhost: x\r\n\r\n`)
    expect(text).toMatch(/^HTTP\/1\.1 4\d\d /)
  })
})

test('after all that, the server lives', async () => {
  expect((await world.query('rooms.list')).status).toBe(200)
  expect((await world.send('/readyz')).status).toBe(200)
})

function send(path: string, type: string, text: string): Promise<Answer> {
  return type === 'query'
    ? world.send(`/trpc/${path}?input=${encodeURIComponent(text)}`)
    : world.send(`/trpc/${path}`, { method: 'POST', headers: JSON_TYPE, body: text })
}

function expectHandled(answer: Answer): void {
  if (answer.status === 200) return
  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status, answer.text).toBeLessThan(500)
  expect(ERROR_CODES).toContain(answer.error?.data.roomkey.code)
  expect(answer.error?.data.roomkey.requestId).not.toBe('')
  expect(answer.text.length).toBeLessThan(10_000)
}

function expectRefusal(answer: Answer, status: number, code: string): void {
  expect(answer.error?.data.roomkey.code, answer.text.slice(0, 300)).toBe(code)
  expect(answer.status).toBe(status)
  expect(answer.error?.data.httpStatus).toBe(status)
  expect(answer.error?.data.roomkey.requestId).not.toBe('')
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

/** Says something to the server byte by byte, and goes on saying `more` until it answers; returns the answer. */
async function speak(text: string, more?: string): Promise<string> {
  const { port } = world.app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('error', () => {})
  await once(socket, 'connect')
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (Buffer.concat(chunks).includes('\r\n\r\n')) resolve()
    })
    socket.on('close', () => resolve())
  })
  socket.write(text)
  const pour = (): void => {
    if (chunks.length === 0 && more !== undefined && socket.writable) socket.write(more, pour)
  }
  pour()
  await answered
  socket.destroy()
  return Buffer.concat(chunks).toString()
}
