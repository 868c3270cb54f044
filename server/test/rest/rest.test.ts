import { contract, proceduresOf } from '@roomkey/shared'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asService, asUser, createGuardedWorld } from '../access/setup.ts'
import { createWorld, type World } from '../setup.ts'

const json = { 'content-type': 'application/json' }

/** What any HTTP client would do. */
function post(world: World, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return world.send(path, { method: 'POST', headers: { ...(body === undefined ? {} : json), ...headers }, ...sent })
}

const parse = ({ text }: { text: string }) => JSON.parse(text)

describe('REST', () => {
  let world: World
  beforeAll(async () => (world = await createWorld({ way: 'socket' })))
  afterAll(() => world[Symbol.asyncDispose]())

  test('creates a room, mints a token, lists who is inside, and completes the room', async () => {
    const created = await post(world, '/v1/rooms', { roomName: 'REST' })
    expect(created.status).toBe(201)
    expect(created.headers.get('content-type')).toBe('application/json; charset=utf-8')
    const room = parse(created)
    expect(room).toMatchObject({ sid: expect.stringMatching(/^RM/), name: 'REST', status: 'in-progress' })

    const token = await post(world, '/v1/auth/token', { userId: 'Ada', roomSid: 'REST' })
    expect([token.status, parse(token)]).toEqual([200, expect.objectContaining({ userId: 'Ada', roomSid: 'REST' })])

    const inside = await world.send('/v1/rooms/REST/participants')
    expect([inside.status, parse(inside)]).toEqual([200, { participants: [], next: null }])

    const completed = await post(world, `/v1/rooms/${room.sid}/complete`)
    expect([completed.status, parse(completed)]).toEqual([200, expect.objectContaining({ status: 'completed' })])
    const again = await post(world, `/v1/rooms/${room.sid}/complete`, {})
    expect(again.status).toBe(409)
    expect(again.headers.get('content-type')).toContain('application/problem+json')
    expect(parse(again)).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: expect.stringContaining(room.sid),
      code: 'ROOM_COMPLETED',
      twilioCode: 53112,
      requestId: again.headers.get('x-request-id'),
    })
  })

  test('has an address for every procedure of the contract', async () => {
    for (const [name, { http, kind }] of proceduresOf(contract)) {
      if (kind === 'subscription') continue
      const path = `/v1${http.path.replaceAll(/\{\w+\}/g, 'nothing-here')}`
      const { status, text } = await world.send(path, { method: http.method })
      expect([name, status === 200 || status === 201 || JSON.parse(text).code !== 'PROCEDURE_NOT_FOUND']).toEqual([
        name,
        true,
      ])
    }
  })

  test('gives lists page by page, by a cursor in the body and a link in the head', async () => {
    for (const name of ['page 1', 'page 2', 'page 3']) await post(world, '/v1/rooms', { roomName: name })
    const first = await world.send('/v1/rooms?limit=2')
    expect(parse(first).rooms).toHaveLength(2)
    const [, link = ''] = /^<(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '') ?? []
    const second = await world.send(`/v1/rooms${link}`)
    expect(parse(second).rooms[0].name).toBe('page 1')
    const last = await world.send('/v1/rooms?limit=1000')
    expect([parse(last).next, last.headers.get('link')]).toEqual([null, null])
    const byCursor = await world.send(`/v1/rooms?limit=2&cursor=${encodeURIComponent(parse(first).next)}`)
    expect(byCursor.text).toBe(second.text)
  })

  test('finds a room by a name of 120 characters, whatever they are', async () => {
    for (const name of ['x'.repeat(120), 'ü'.repeat(60), '🎤'.repeat(60), `a/b?c#d% ${'&'.repeat(100)}`]) {
      const { sid } = parse(await post(world, '/v1/rooms', { roomName: name }))
      const { status, text } = await world.send(`/v1/rooms/${encodeURIComponent(name)}`)
      expect([status, JSON.parse(text).sid]).toEqual([200, sid])
    }
    const tooLong = await world.send(`/v1/rooms/${'x'.repeat(200)}`)
    expect([tooLong.status, parse(tooLong).fields]).toEqual([400, [{ path: 'sid', message: expect.any(String) }]])
  })

  test('turns text into numbers in queries, and never in bodies', async () => {
    expect((await world.send('/v1/rooms?limit=5')).status).toBe(200)
    for (const limit of ['five', '', '1e3', '0x5', ' 5', '5.5', '0', '1001']) {
      const answer = await world.send(`/v1/rooms?limit=${encodeURIComponent(limit)}`)
      expect([limit, answer.status, parse(answer).fields?.[0].path]).toEqual([limit, 400, 'limit'])
    }
    expect((await world.send('/v1/rooms?limit=1&limit=2')).status).toBe(400)
    const body = await post(world, '/v1/rooms', { maxParticipants: '5' })
    expect([body.status, parse(body)]).toEqual([
      400,
      expect.objectContaining({
        code: 'INVALID_INPUT',
        fields: [{ path: 'maxParticipants', message: expect.any(String) }],
      }),
    ])
    expect((await post(world, '/v1/rooms', { audioOnly: 'true' })).status).toBe(400)
    expect((await world.query('rooms.list', { limit: '5' })).status).toBe(400)
  })

  test('says which field is unknown, or stands in the wrong place', async () => {
    const cases: [string, string, unknown, string][] = [
      ['GET', '/v1/rooms?colour=red', undefined, 'colour'],
      ['GET', '/v1/rooms/x?sid=y', undefined, 'sid'],
      ['POST', '/v1/rooms', { colour: 'red' }, 'colour'],
      ['POST', '/v1/rooms/x/complete', { sid: 'y' }, 'sid'],
      ['GET', '/v1/auth/whoami?x=1', undefined, 'x'],
    ]
    for (const [method, path, body, field] of cases) {
      const answer = method === 'GET' ? await world.send(path) : await post(world, path, body)
      expect([path, answer.status, parse(answer).fields]).toEqual([
        path,
        400,
        [{ path: field, message: expect.any(String) }],
      ])
    }
    expect((await post(world, '/v1/rooms?roomName=x', {})).status).toBe(400)
  })

  test('refuses what is no JSON object', async () => {
    for (const body of ['[]', 'null', '5', '"x"', '{', '{"a":1}x']) {
      const answer = await world.send('/v1/rooms', { method: 'POST', headers: json, body })
      expect([body, answer.status, parse(answer).code]).toEqual([body, 400, 'INVALID_INPUT'])
    }
    const bytes = await world.send('/v1/rooms', {
      method: 'POST',
      headers: json,
      body: new Uint8Array([0x22, 0xff, 0x22]),
    })
    expect([bytes.status, parse(bytes).code]).toEqual([400, 'INVALID_INPUT'])
    const large = await world.send('/v1/rooms', { method: 'POST', headers: json, body: `"${'x'.repeat(300_000)}"` })
    expect([large.status, parse(large).code]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json5',
  ])('refuses a body of %s', async (type) => {
    for (const path of ['/v1/rooms', '/v1/rooms/x/complete']) {
      const answer = await world.send(path, { method: 'POST', headers: { 'content-type': type }, body: '{}' })
      expect([answer.status, parse(answer)]).toEqual([415, expect.objectContaining({ code: 'UNSUPPORTED_MEDIA_TYPE' })])
    }
  })

  test('is told by a page what it sends, so that the browser asks first', async () => {
    const { sid } = parse(await post(world, '/v1/rooms', {}))
    const path = `/v1/rooms/${sid}/complete`
    const forged = await world.send(path, { method: 'POST', headers: { origin: 'https://evil.example' } })
    // A server that asks nobody refuses pages of other sites whatever they send.
    expect(forged.status).toBe(403)
    const unnamed = await world.send(path, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })
    expect(unnamed.status).toBe(403)
    const own = { origin: 'http://localhost:3000', ...json }
    const allowed = await world.send(path, { method: 'POST', headers: own, body: '{}' })
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:3000'])
    expect(allowed.headers.get('access-control-expose-headers')).toContain('link')
  })

  test('answers an unknown path with a problem, and a wrong method with those it takes', async () => {
    for (const path of ['/v1', '/v1/', '/v1/nothing', '/v1/rooms/x/y/z', '/v1/rooms/']) {
      const answer = await world.send(path)
      expect([path, answer.status]).toEqual([path, path === '/v1/rooms/' ? 400 : 404])
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
    const wrong = await world.send('/v1/rooms', { method: 'DELETE' })
    expect([wrong.status, parse(wrong).code, wrong.headers.get('allow')]).toEqual([
      405,
      'METHOD_NOT_SUPPORTED',
      'GET, HEAD, OPTIONS, POST',
    ])
    const options = await world.send('/v1/rooms', { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST'])
    const preflight = await world.send('/v1/rooms', {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'POST' },
    })
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([
      204,
      expect.stringContaining('POST'),
    ])
  })

  test('refuses an address that cannot be read', async () => {
    for (const path of ['/v1/rooms/%FF', '/v1/rooms?roomName=%FF', '/v1/rooms/%zz']) {
      const answer = await world.send(path)
      expect([path, answer.status, parse(answer).code]).toEqual([path, 400, 'INVALID_INPUT'])
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
    }
  })

  test('gives the head alone, and nothing to whoever has it', async () => {
    const { sid } = parse(await post(world, '/v1/rooms', {}))
    const whole = await world.send(`/v1/rooms/${sid}`)
    const head = await world.send(`/v1/rooms/${sid}`, { method: 'HEAD' })
    expect([head.status, head.text, head.headers.get('etag')]).toEqual([200, '', whole.headers.get('etag')])
    expect(Number(head.headers.get('content-length'))).toBe(Buffer.byteLength(whole.text))
    const etag = whole.headers.get('etag') ?? ''
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = await world.send(`/v1/rooms/${sid}`, { headers: { 'if-none-match': known } })
      expect([answer.status, answer.text]).toEqual([304, ''])
    }
    await post(world, `/v1/rooms/${sid}/complete`)
    expect((await world.send(`/v1/rooms/${sid}`, { headers: { 'if-none-match': etag } })).status).toBe(200)
  })
})

describe('REST, where callers are known', () => {
  test('a page of another site cannot have a browser post for it', async () => {
    await using world = await createGuardedWorld()
    const post = (headers: Record<string, string>) =>
      world.send('/v1/rooms', { method: 'POST', headers: { ...asService, ...headers } })
    expect((await post({ origin: 'https://evil.example' })).status).toBe(415)
    expect((await post({ origin: 'null' })).status).toBe(415)
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(415)
    expect((await post({ origin: 'http://localhost:3000' })).status).toBe(201)
    expect((await post({})).status).toBe(201)
  })

  test('has the rules, the limits and the audit of tRPC', async () => {
    await using world = await createGuardedWorld({ env: { RATE_LIMIT_CALLS: '4', RATE_LIMIT_TOKENS: '1' } })
    const nobody = await world.send('/v1/rooms')
    expect([nobody.status, parse(nobody).code, nobody.headers.get('www-authenticate')]).toEqual([
      401,
      'UNAUTHENTICATED',
      'Bearer',
    ])
    const bad = await world.send('/v1/rooms', { headers: { authorization: 'Bearer x' } })
    expect(bad.status).toBe(401)

    const ada = await asUser('ada')
    const room = parse(await post(world, '/v1/rooms', { roomName: 'hers' }, ada))
    expect(room.host).toBe('ada')
    const stranger = await world.send(`/v1/rooms/${room.sid}`, { headers: await asUser('mallory') })
    expect([stranger.status, parse(stranger).code]).toEqual([404, 'ROOM_NOT_FOUND'])

    const token = await post(world, '/v1/auth/token', { roomSid: room.sid }, ada)
    expect(token.headers.get('ratelimit-policy')).toBe('"calls";q=4;w=60, "tokens";q=1;w=60')
    expect(token.headers.get('ratelimit')).toMatch(/^"calls";r=2;t=\d+, "tokens";r=0;t=\d+$/)
    const tooMany = await post(world, '/v1/auth/token', { roomSid: room.sid }, ada)
    expect([tooMany.status, parse(tooMany).code]).toEqual([429, 'RATE_LIMITED'])
    expect(Number(tooMany.headers.get('retry-after'))).toBe(parse(tooMany).retryAfterSeconds)
    expect(tooMany.headers.get('ratelimit')).toMatch(/"tokens";r=0/)

    const service = await world.send(`/v1/audit?roomSid=${room.sid}`, { headers: asService })
    expect(service.headers.get('ratelimit')).toBeNull()
    const done = parse(service).entries.map(
      ({ action, outcome }: { action: string; outcome: string }) => `${action} ${outcome}`,
    )
    expect(done).toContain('rooms.create OK')
    expect(done).toContain('auth.getToken OK')
  })
})

test('what no plain text can say stands as JSON in the query', async () => {
  await using world = await createGuardedWorld()
  const rooms = (value: string) =>
    world.send(`/v1/events/follow?rooms=${encodeURIComponent(value)}`, { headers: asService })
  expect(parse(await rooms('[{"sid":5}]')).fields).toEqual([{ path: 'rooms.0.sid', message: expect.any(String) }])
  expect(parse(await rooms('[{"sid":')).fields).toEqual([{ path: 'rooms', message: expect.any(String) }])
})
