import fc from 'fast-check'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { createWorld, errorOf, form, type World } from './world.ts'

/** Sends bytes as they are and reads the answer to its end. */
async function speak({ emulator }: World, bytes: string | Buffer): Promise<string> {
  const { port } = new URL(emulator.url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.end(bytes)
  return text(socket)
}

async function expectFault(response: Response, status: number, code: number): Promise<void> {
  expect(response.status).toBe(status)
  expect(response.headers.get('content-type')).toMatch('application/json')
  expect(await response.json()).toEqual({
    code,
    message: expect.any(String),
    more_info: `https://www.twilio.com/docs/errors/${code}`,
    status,
  })
}

describe('credentials', () => {
  it('are the account’s or an API key’s', async () => {
    await using world = await createWorld()
    const { accountSid, apiKeySid, apiKeySecret } = world.emulator.credentials
    const client = twilio(apiKeySid, apiKeySecret, { accountSid })
    client.video.baseUrl = world.emulator.url
    expect(await client.video.v1.rooms.list()).toEqual([])
  })

  it.each([
    undefined,
    '',
    'Basic',
    'Basic !!!',
    `Basic ${btoa('nobody')}`,
    `Basic ${btoa('nobody:nothing')}`,
    `Basic ${btoa('__proto__:x')}`,
    'Bearer abc',
  ])('are refused as %j', async (authorization) => {
    await using world = await createWorld()
    for (const path of ['/v1/Rooms', '/v1/nothing', '/2010-04-01/Accounts/AC.json']) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
      await expectFault(await fetch(world.emulator.url + path, { headers }), 401, 20003)
    }
  })

  it('of one kind do not open with the secret of the other', async () => {
    await using world = await createWorld()
    const { accountSid, apiKeySecret } = world.emulator.credentials
    const client = twilio(accountSid, apiKeySecret)
    client.video.baseUrl = world.emulator.url
    expect(await errorOf(client.video.v1.rooms.list())).toEqual({ status: 401, code: 20003 })
  })
})

describe('a request that Twilio does not serve', () => {
  it('is told what is wrong, in Twilio’s words', async () => {
    await using world = await createWorld()
    const { sid } = await world.client.video.v1.rooms.create()
    await expectFault(await world.request('/Nothing'), 404, 20404)
    await expectFault(await world.request('/Compositions'), 404, 20404)
    await expectFault(await fetch(world.emulator.url), 404, 20404)
    await expectFault(await world.request('/Rooms', { method: 'DELETE' }), 405, 20004)
    await expectFault(await world.request(`/Rooms/${sid}`, { method: 'PUT' }), 405, 20004)
    await expectFault(await world.request(`/Rooms/${sid}`, { method: 'DELETE' }), 405, 20004)
    await expectFault(await world.request('/Rooms/%ff%fe'), 400, 20001)
    await expectFault(await world.request(`/Rooms/${'x'.repeat(5000)}`), 404, 20404)
    expect((await world.request('/Rooms', { method: 'HEAD' })).status).toBe(200)
  })

  it('may announce as much as it likes: it is refused before it is sent, and the next is served', async () => {
    await using world = await createWorld()
    const { accountSid, authToken } = world.emulator.credentials
    for (const type of ['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data; boundary=x']) {
      const head = [
        'POST /v1/Rooms HTTP/1.1',
        'Host: localhost',
        `Authorization: Basic ${btoa(`${accountSid}:${authToken}`)}`,
        `Content-Type: ${type}`,
        'Content-Length: 10000000',
      ]
      expect(await speak(world, `${head.join('\r\n')}\r\n\r\nUniqueName=x`)).toMatch(/^HTTP\/1.1 413 [^]*"code":20413/)
    }
    expect(await world.client.video.v1.rooms.list()).toEqual([])
  })

  it('may be as long as it likes: it is cut off, and the next is served', async () => {
    await using world = await createWorld()
    const body = new Blob([`UniqueName=${'x'.repeat(10_000_000)}`]).stream()
    const sent = world.request('/Rooms', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
      duplex: 'half',
    } as RequestInit)
    // The answer may come while the rest is still being sent, and is lost then.
    expect(
      await sent.then(
        ({ status }) => status,
        () => 413,
      ),
    ).toBe(413)
    expect(await world.client.video.v1.rooms.list()).toEqual([])
  })

  it('may be no HTTP at all', async () => {
    await using world = await createWorld()
    expect(await speak(world, 'HELLO\r\n\r\n')).toMatch(/^HTTP\/1.1 400/)
    // What is still being sent when the answer comes may reset the connection, answer and all.
    const longHeader = speak(world, `GET /v1/Rooms HTTP/1.1\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`)
    expect(await longHeader.catch((error: Error) => error.message)).toMatch(/^HTTP\/1.1 431|ECONNRESET|EPIPE/)
    expect(await speak(world, 'GET /v1/Rooms HTTP/1.0\r\n\r\n')).toContain('"code":20003')
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nHost: localhost\r\n\r\n'
    expect(await speak(world, `GET /nothing HTTP/1.1\r\n${upgrade}`)).toMatch(/^HTTP\/1.1 404/)
    expect(await world.client.video.v1.rooms.list()).toEqual([])
  })

  it('may have no Host of its own making', async () => {
    await using world = await createWorld()
    const { accountSid, authToken } = world.emulator.credentials
    const head = `Host: evil"\\x\r\nAuthorization: Basic ${btoa(`${accountSid}:${authToken}`)}\r\nConnection: close\r\n\r\n`
    const answer = await speak(world, `GET /v1/Rooms HTTP/1.1\r\n${head}`)
    expect(answer).toMatch(/^HTTP\/1.1 403/)
  })
})

it('lets pages of this machine call, never without credentials, and no other pages', async () => {
  await using world = await createWorld()
  const allowed = async (path: string, origin: string, method = 'OPTIONS') => {
    const headers = { origin, 'access-control-request-method': 'POST' }
    const response = await fetch(world.emulator.url + path, { method, headers })
    return [response.status, response.headers.get('access-control-allow-origin')]
  }
  for (const path of ['/v1/Rooms', '/v1/Rooms/x/Participants', '/2010-04-01/Accounts/AC0/Tokens.json']) {
    for (const origin of ['http://localhost:9876', 'https://127.0.0.1', 'http://app.localhost', 'http://[::1]:3000']) {
      expect(await allowed(path, origin)).toEqual([204, origin])
      expect(await allowed(path, origin, 'GET')).toEqual([401, origin])
    }
    for (const origin of [
      'https://evil.example',
      'http://localhost.evil.example',
      'http://127.0.0.1.evil.example',
      'null',
    ]) {
      expect(await allowed(path, origin)).toEqual([401, null])
    }
  }
  expect(await allowed('/_emulator/reset', 'http://localhost:9876')).toEqual([404, null])
})

it('answers every request within Twilio’s forms, and lives on', async () => {
  await using world = await createWorld()
  const { sid } = await world.client.video.v1.rooms.create({ uniqueName: 'standup' })
  await world.emulator.addBot({ room: sid, identity: 'alice', tracks: [{ kind: 'audio', name: 'mic' }] })

  const word = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('__proto__', 'constructor', 'toString', '..', '.', sid, 'standup', 'alice', 'Participants', '%00'),
    fc.json({ maxDepth: 3 }),
  )
  const name = fc.oneof(
    word,
    fc.constantFrom(
      'UniqueName',
      'Type',
      'MaxParticipants',
      'EmptyRoomTimeout',
      'RecordingRules',
      'Rules',
      'Status',
      'StatusCallback',
      'VideoCodecs',
      'PageSize',
      'PageToken',
      'DateCreatedAfter',
      'Identity',
      '__proto__',
    ),
  )
  const pairs = fc.array(fc.tuple(name, word), { maxLength: 6 })
  const path = fc.oneof(
    fc.constantFrom(
      '/Rooms',
      '/Rooms/standup',
      '/Rooms/standup/RecordingRules',
      '/Rooms/standup/Participants',
      '/Rooms/standup/Participants/alice/SubscribeRules',
      '/Rooms/standup/Participants/alice/PublishedTracks',
      '/Recordings',
    ),
    fc
      .array(word, { maxLength: 5 })
      .map((words) => `/${words.map((part) => encodeURIComponent(part.toWellFormed())).join('/')}`),
  )

  await fc.assert(
    fc.asyncProperty(
      path,
      pairs,
      pairs,
      fc.constantFrom('GET', 'POST', 'DELETE'),
      async (where, query, fields, method) => {
        const well = (all: [string, string][]) =>
          all.map(([a, b]): [string, string] => [a.toWellFormed(), b.toWellFormed()])
        const search = new URLSearchParams(well(query))
        const response = await world.request(`${where}?${search}`, {
          ...(method === 'POST' ? form(well(fields)) : {}),
          method,
        })
        const body = await response.text()
        expect(response.status).toBeLessThan(500)
        if (response.status === 204) return
        const answer = JSON.parse(body) as Record<string, unknown>
        if (response.status >= 400) {
          expect(Object.keys(answer)).toEqual(['code', 'message', 'more_info', 'status'])
          expect(answer['status']).toBe(response.status)
        } else {
          expect(answer).toSatisfy((value: object) => 'sid' in value || 'meta' in value || 'rules' in value)
        }
      },
    ),
    { numRuns: 300 },
  )
  expect(Object.prototype).not.toHaveProperty('polluted')
  expect((await world.client.video.v1.rooms.create({ uniqueName: 'after' })).uniqueName).toBe('after')
}, 60_000)

describe('a page whose name leads to this machine', () => {
  it('reaches neither REST, nor the control plane, nor signalling', async () => {
    await using world = await createWorld()
    for (const path of ['/v1/Rooms', '/_emulator/', '/nowhere']) {
      for (const host of ['evil.example', 'evil.example:8080', 'localhost.evil.example', 'twilio.com.evil.example']) {
        const response = await speak(world, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
        expect(response, `${path} ${host}`).toMatch(/^HTTP\/1.1 403 [^]*"code":20403/)
      }
    }
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nHost: evil.example\r\n\r\n'
    expect(await speak(world, `GET /signaling HTTP/1.1\r\n${upgrade}`)).toMatch(/^HTTP\/1.1 404/)
  })

  it('is told from this machine, from Twilio’s own names, and from names that are allowed', async () => {
    await using world = await createWorld({ allowedHosts: ['app.test'] })
    for (const host of ['localhost', 'a.localhost:1', '127.0.0.1', '[::1]:80', 'video.twilio.com', 'app.test:8080']) {
      const response = await speak(world, `GET /_emulator/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      expect(response, host).toMatch(/^HTTP\/1.1 200/)
    }
  })
})
