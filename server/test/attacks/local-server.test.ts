import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { asUser, createGuardedWorld } from '../access/setup.ts'
import { createWorld, type World } from '../setup.ts'

const KNOWN_SECRET = 'not-a-secret-the-embedded-emulator'

describe('a page of another site', () => {
  test.each(['/emulator/signaling', '/emulator/insights', '/prefix/emulator/signaling'])(
    'opens no socket at %s',
    async (path) => {
      await using world = await createWorld({ way: 'socket' })
      expect(await tryToConnect(world, path, { origin: 'https://evil.example' })).toBe(403)
      expect(await tryToConnect(world, path, { origin: 'null' })).toBe(403)
      expect(await tryToConnect(world, path, { origin: 'http://127.0.0.1:1' })).toBe(403)
    },
  )

  test('whose socket is refused is named in the log, once, with what to set', async () => {
    await using world = await createWorld({ way: 'socket' })
    for (let n = 0; n < 3; n++) await tryToConnect(world, '/emulator/signaling', { origin: 'https://evil.example' })
    const lines = world.logs.filter((line) => line.includes('https://evil.example'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('CORS_ORIGINS')
  })

  test('does not keep the server’s own page out, nor the origins that may call, nor programs without one', async () => {
    await using world = await createWorld({
      way: 'socket',
      env: { CORS_ORIGINS: 'https://app.example.com', PUBLIC_URL: 'https://rooms.example.com/base' },
    })
    for (const origin of [
      `http://${hostOf(world)}`,
      'https://app.example.com',
      'https://rooms.example.com',
      undefined,
    ]) {
      expect(await tryToConnect(world, '/emulator/signaling', { origin }), origin).toBe('open')
    }
  })

  test('makes no call under a name of its own that leads here', async () => {
    await using world = await createWorld({ way: 'socket' })
    for (const host of ['evil.example', 'evil.example:5000', 'localhost.evil.example', '127.0.0.1.evil.example', '']) {
      expect(await statusOf(world, `GET /trpc/rooms.list HTTP/1.1`, host), host).toBe(403)
      expect(await statusOf(world, `GET / HTTP/1.1`, host), host).toBe(403)
    }
    for (const host of [
      'localhost',
      'LOCALHOST:5000',
      'roomkey.localhost',
      '127.0.0.1:1',
      '[::1]:5000',
      '192.168.1.20',
    ]) {
      expect(await statusOf(world, `GET /trpc/rooms.list HTTP/1.1`, host), host).toBe(200)
    }
  })

  test('is not this machine’s, which may have other names', async () => {
    await using world = await createWorld({
      way: 'socket',
      env: { ALLOWED_HOSTS: 'roomkey.test', PUBLIC_URL: 'https://rooms.example.com' },
    })
    for (const host of ['roomkey.test:5000', 'rooms.example.com']) {
      expect(await statusOf(world, `GET /trpc/rooms.list HTTP/1.1`, host), host).toBe(200)
    }
  })

  test('may call by any name a server that asks who calls', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    expect(await statusOf(world, `GET /trpc/auth.whoami HTTP/1.1`, 'rooms.example.com')).toBe(200)
  })
})

describe('the secrets of the emulator inside', () => {
  test('are new with every server', async () => {
    await using one = await createWorld()
    await using other = await createWorld()
    const secrets = [one, other].map((world) => world.app.roomkey.services.signAccessToken)
    const tokens = secrets.map((sign) => sign({ identity: 'a', room: 'b', ttlSeconds: 60 }).token)
    expect(isSignedBy(KNOWN_SECRET, tokens[0])).toBe(false)
    expect((await other.emulator()).credentials.apiKeySecret).not.toBe((await one.emulator()).credentials.apiKeySecret)
    expect((await one.emulator()).credentials.apiKeySecret).not.toBe((await one.emulator()).credentials.authToken)
  })

  test('are asked for whatever is done to it, by other programs on this machine too', async () => {
    await using world = await createWorld({ way: 'socket' })
    const { url } = await world.emulator()
    const bot = JSON.stringify({ room: 'standup', identity: 'eve' })
    const json = { 'content-type': 'application/json' }
    for (const [path, init] of [
      ['/v1/Rooms', {}],
      ['/_emulator', {}],
      ['/_emulator/callbacks', {}],
      ['/_emulator/reset', { method: 'POST', headers: json, body: '{}' }],
      ['/_emulator/bots', { method: 'POST', headers: json, body: bot }],
    ] as const) {
      expect([path, (await fetch(url + path, init)).status]).toEqual([path, path.startsWith('/v1') ? 401 : 404])
    }
    expect((await world.query('rooms.list')).data.rooms).toEqual([])
  })

  test('are the one that tests want, where they say so', async () => {
    await using world = await createWorld({ env: { EMULATOR_SECRET: 's'.repeat(32) } })
    const { data } = await world.mutate('auth.getToken', { userId: 'a', roomSid: 'b' })
    expect(isSignedBy('s'.repeat(32), data.token)).toBe(true)
  })

  test('let nobody in with a token of their own making', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const { data } = await world.mutate('auth.getToken', { roomSid: 'b' }, await asUser('ann'))
    expect(data).toBeUndefined()
    const room = await world.mutate('rooms.create', { roomName: 'b' }, await asUser('ann'))
    const good = await world.mutate('auth.getToken', { roomSid: room.data.sid }, await asUser('ann'))
    const [header = '', claims = ''] = good.data.token.split('.')
    const forged = `${header}.${claims}.${sign(KNOWN_SECRET, `${header}.${claims}`)}`
    expect(await connectWith(world, forged)).toMatch(/20103|20107|error/)
    expect(await connectWith(world, good.data.token)).not.toMatch(/20103|20107/)
  })
})

describe('a request to upgrade that nobody serves', () => {
  test.each([
    ['h2c', '/trpc/rooms.list'],
    ['websocket', '/trpc/rooms.list'],
    ['TLS/1.0', '/trpc/rooms.list'],
  ])('to %s is answered as HTTP/1.1', async (protocol, path) => {
    await using world = await createWorld({ way: 'socket' })
    const head = `GET ${path} HTTP/1.1\r\nconnection: upgrade\r\nupgrade: ${protocol}`
    expect(await statusOf(world, head, 'localhost')).toBe(200)
  })
})

async function tryToConnect(world: World, path: string, { origin }: { origin?: string | undefined }) {
  const socket = new WebSocket(`ws://${hostOf(world)}${path}`, origin === undefined ? {} : { origin })
  return new Promise<number | 'open'>((resolve, reject) => {
    socket.on('open', () => {
      socket.terminate()
      resolve('open')
    })
    socket.on('unexpected-response', (request, response) => {
      request.destroy()
      resolve(response.statusCode ?? 0)
    })
    socket.on('error', reject)
  })
}

/** What signalling says to somebody who shows this token. */
async function connectWith(world: World, token: string): Promise<string> {
  const socket = new WebSocket(`ws://${hostOf(world)}/emulator/signaling`)
  await once(socket, 'open')
  const body = { type: 'ice', version: 1, edge: 'roaming', token }
  socket.send(JSON.stringify({ type: 'hello', id: 'x', timeout: 5000, version: 2, body }))
  const text = await new Promise<string>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { body?: unknown }
      if (frame.body !== undefined) resolve(JSON.stringify(frame.body))
    })
    socket.on('close', (code) => resolve(`error ${code}`))
  })
  socket.terminate()
  return text
}

async function statusOf(world: World, head: string, host: string): Promise<number> {
  const socket = connect((world.app.server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`${head}\r\nhost: ${host}\r\n\r\n`)
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(bytes.toString())?.[1])
}

function isSignedBy(secret: string, token = ''): boolean {
  const [header, claims, signature] = token.split('.')
  return sign(secret, `${header}.${claims}`) === signature
}

function sign(secret: string, text: string): string {
  return createHmac('sha256', secret).update(text).digest('base64url')
}

function hostOf({ app }: World): string {
  return `127.0.0.1:${(app.server.address() as AddressInfo).port}`
}
