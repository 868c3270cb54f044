import { once } from 'node:events'
import { createEmulator } from '@roomkey/emulator'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import twilio from 'twilio'
import { describe, expect, test } from 'vitest'
import { createFetchHandler, createRoomkey, parseConfig } from '../../src/index.ts'
import type { AppRouter, FetchHandler, Log } from '../../src/index.ts'
import { SAMPLE_CREDENTIALS, toEnvironment } from '../setup.ts'

type Environment = Record<string, string>

/** A handler as a framework would have it; `lines` is what was logged. */
function mount(env: Environment = {}, prefix = '/api/video') {
  const lines: string[] = []
  const write = (...line: unknown[]) => void lines.push(JSON.stringify(line))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  const roomkey = createRoomkey(parseConfig({ DATA_DIR: ':memory:', ...env }), { log })
  const handle = createFetchHandler(roomkey, { prefix })
  return { roomkey, handle, lines, [Symbol.asyncDispose]: () => roomkey.close() }
}

const at = (path: string, init?: RequestInit) => new Request(`http://localhost:3000/api/video${path}`, init)
const json = (value: unknown, headers = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

describe('a function from a request to a response', () => {
  test('answers procedures, REST and health below its prefix', async () => {
    await using host = mount()
    const made = await host.handle(at('/trpc/rooms.create', json({ roomName: 'Monday' })))
    expect(made.status).toBe(200)
    const { result } = (await made.json()) as { result: { data: { sid: string } } }
    const found = await host.handle(at('/v1/rooms/Monday'))
    expect(await found.json()).toMatchObject({ sid: result.data.sid })
    expect(await (await host.handle(at('/readyz'))).json()).toEqual({ status: 'ok' })
    const missing = await host.handle(at('/v1/nowhere'))
    expect([missing.status, missing.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ])
  })

  test('takes paths whose prefix the host has cut off', async () => {
    await using host = mount()
    expect((await host.handle(new Request('http://localhost:3000/readyz'))).status).toBe(200)
  })

  test('is what a typed client speaks to', async () => {
    await using host = mount()
    const client = createTRPCClient<AppRouter>({
      links: [
        httpBatchLink({
          url: 'http://localhost:3000/api/video/trpc',
          fetch: (url, options) => host.handle(new Request(url, options as RequestInit)),
        }),
      ],
    })
    const room = await client.rooms.create.mutate({ roomName: 'Monday' })
    expect(await client.rooms.get.query({ sid: 'Monday' })).toEqual(room)
    await expect(client.rooms.create.mutate({ roomName: 'Monday' })).rejects.toMatchObject({
      data: { httpStatus: 409, roomkey: { code: 'ROOM_NAME_TAKEN' } },
    })
  })

  test('has answers without a body, and answers to HEAD and OPTIONS', async () => {
    await using host = mount()
    const preflight = await host.handle(
      at('/trpc/rooms.create', {
        method: 'OPTIONS',
        headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
      }),
    )
    expect([preflight.status, preflight.body]).toEqual([204, null])
    expect(preflight.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    const head = await host.handle(at('/readyz', { method: 'HEAD' }))
    expect([head.status, await head.text()]).toEqual([200, ''])
  })

  test('refuses a body that is too large, and one that is no JSON', async () => {
    await using host = mount()
    const large = await host.handle(at('/trpc/rooms.create', json({ roomName: 'x'.repeat(300_000) })))
    expect(large.status).toBe(413)
    const broken = await host.handle(at('/trpc/rooms.create', { ...json({}), body: '{' }))
    expect(broken.status).toBe(400)
  })

  test('a path that begins with two slashes is a path', async () => {
    await using host = mount()
    const response = await host.handle(new Request('http://localhost:3000//evil.example/trpc/auth.whoami'))
    expect(response.status).toBe(404)
  })

  test('counts callers by the address that the host gives', async () => {
    await using host = mount({ ...SAMPLE_CREDENTIALS, API_KEYS: `a:${'0'.repeat(64)}`, RATE_LIMIT_ADDRESS: '2' })
    const ask = async (ip: string) => (await host.handle(at('/trpc/auth.whoami'), { ip })).status
    expect([await ask('192.0.2.1'), await ask('192.0.2.1'), await ask('192.0.2.1')]).toEqual([200, 200, 429])
    expect(await ask('192.0.2.2')).toBe(200)
  })

  test('takes an address from X-Forwarded-For where TRUST_PROXY=127.0.0.1 says that the platform sets it', async () => {
    await using host = mount({
      ...SAMPLE_CREDENTIALS,
      API_KEYS: `a:${'0'.repeat(64)}`,
      RATE_LIMIT_ADDRESS: '1',
      TRUST_PROXY: '127.0.0.1',
    })
    const ask = async (ip: string) =>
      (await host.handle(at('/trpc/auth.whoami', { headers: { 'x-forwarded-for': ip } }))).status
    expect([await ask('192.0.2.1'), await ask('192.0.2.1'), await ask('192.0.2.2')]).toEqual([200, 429, 200])
  })

  test('an open one, which may be reached by more than this machine, is to be called localhost', async () => {
    await using host = mount()
    const ask = async (url: string) => (await host.handle(new Request(url))).status
    expect(await ask('http://localhost:3000/trpc/auth.whoami')).toBe(200)
    expect(await ask('http://192.168.1.20:3000/trpc/auth.whoami')).toBe(403)
    expect(await ask('http://rooms.example.com/trpc/auth.whoami')).toBe(403)
  })

  test('a prefix that is no path is refused', () => {
    for (const prefix of ['video', '/video/', '/', '/a?b'])
      expect(() => mount({}, prefix)).toThrow('prefix must be a path')
  })
})

describe('on the emulator inside, in a host that carries no WebSockets', () => {
  const getToken = async (handle: FetchHandler, url: string) => {
    const response = await handle(new Request(url, json({ userId: 'Bo', roomSid: 'Monday' })))
    return (await response.json()) as {
      result?: { data: { token: string; connectOptions: { wsServer: string } } }
      error?: { message: string; data: { httpStatus: number; roomkey: { code: string } } }
    }
  }

  test('tokens for callers on this machine lead to the emulator’s own port', async () => {
    await using host = mount()
    const { result } = await getToken(host.handle, 'http://localhost:3000/trpc/auth.getToken')
    const socket = new WebSocket(result?.data.connectOptions.wsServer ?? '')
    await once(socket, 'open')
    const body = { type: 'ice', version: 1, edge: 'roaming', token: result?.data.token }
    socket.send(JSON.stringify({ type: 'hello', id: 'x', timeout: 5000, version: 2, body }))
    const [welcome] = (await once(socket, 'message')) as [MessageEvent]
    expect(JSON.parse(String(welcome.data))).toMatchObject({ type: 'welcome' })
    socket.close()
  })

  test('a token for a caller elsewhere is refused in words', async () => {
    await using host = mount({ OPEN_ACCESS: 'true' })
    const { error } = await getToken(host.handle, 'https://rooms.example.com/trpc/auth.getToken')
    expect(error?.data).toMatchObject({ httpStatus: 501, roomkey: { code: 'SIGNALING_UNAVAILABLE' } })
    expect(error?.message).toContain('roomkey.serveSignaling(server)')
  })

  test('once the caller says that they are passed on, tokens lead to the address that was called', async () => {
    await using host = mount({ OPEN_ACCESS: 'true' })
    host.roomkey.serveSignaling()
    const { result } = await getToken(host.handle, 'https://rooms.example.com/trpc/auth.getToken')
    expect(result?.data.connectOptions.wsServer).toBe('wss://rooms.example.com/emulator/signaling')
  })

  test('what happens in rooms is reported all the same', async () => {
    await using host = mount()
    await host.handle(at('/trpc/rooms.create', json({ roomName: 'Monday' })))
    const emulator = await host.roomkey.embedded?.start()
    const room = [...(emulator?.state.rooms.values() ?? [])][0]
    expect(room?.settings.statusCallback).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+\/twilio\/status-callback#rc=5&rp=ct,rt,5xx$/,
    )
    const forged = await fetch(room?.settings.statusCallback ?? '', { method: 'POST', body: new URLSearchParams() })
    expect(forged.status).toBe(403)
  })
})

test('Twilio’s status callbacks are taken below the prefix, with the signature over the public address', async () => {
  const AUTH_TOKEN = 'the-auth-token-of-tests'
  await using emulator = await createEmulator()
  await using host = mount({
    ...toEnvironment(emulator),
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    PUBLIC_URL: 'https://app.example.com/api/video',
  })
  const report = {
    StatusCallbackEvent: 'room-created',
    RoomSid: `RM${'1'.repeat(32)}`,
    RoomName: 'Monday',
    SequenceNumber: '0',
    Timestamp: new Date().toISOString(),
  }
  const url = 'https://app.example.com/api/video/twilio/status-callback'
  const send = (signature: string) =>
    host.handle(
      new Request(url, {
        method: 'POST',
        headers: { 'x-twilio-signature': signature },
        body: new URLSearchParams(report),
      }),
    )
  const good = await send(twilio.getExpectedTwilioSignature(AUTH_TOKEN, url, report))
  expect([good.status, (await send('forged')).status]).toEqual([204, 403])
})
