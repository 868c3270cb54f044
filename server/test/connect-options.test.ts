import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { SAMPLE_CREDENTIALS, createWorld } from './setup.ts'
import type { World } from './setup.ts'

const ask = async (world: World, headers: Record<string, string>) => {
  const { data } = await world.mutate('auth.getToken', { userId: 'Bo', roomSid: 'Monday' }, headers)
  return data?.connectOptions as { wsServer?: string; wsServerInsights?: string }
}

// A server that only this machine reaches takes no other names.
const ANY_HOST = { HOST: '0.0.0.0', OPEN_ACCESS: 'true' }

describe('where signalling is', () => {
  test.each([
    ['localhost:5000', 'ws://localhost:5000'],
    ['192.168.1.20:5000', 'ws://192.168.1.20:5000'],
    ['[::1]:5000', 'ws://[::1]:5000'],
    ['rooms.example.com', 'ws://rooms.example.com'],
    ['my-host.local:80', 'ws://my-host.local:80'],
  ])('on the emulator, for a call to %s, is there too', async (host, base) => {
    await using world = await createWorld({ env: ANY_HOST })
    expect(await ask(world, { host })).toEqual({
      wsServer: `${base}/emulator/signaling`,
      wsServerInsights: `${base}/emulator/insights`,
    })
  })

  test.each([
    'evil.com/path',
    'evil.com?x',
    'evil.com#x',
    'user:pass@evil.com',
    'a b',
    '"><script>',
    'a:99999',
    'a:b',
    '[::1',
    '[x]',
    '..',
    'a\\b',
    '%00',
    'x'.repeat(5000),
    'é.example',
  ])('is left out for a Host that is none: %j', async (host) => {
    await using world = await createWorld({ env: ANY_HOST })
    const options = await ask(world, { host })
    expect(options).toEqual({})
  })

  test('is at the public address when there is one, whatever Host says', async () => {
    await using world = await createWorld({ env: { ...ANY_HOST, PUBLIC_URL: 'https://rooms.example.com/base/' } })
    expect(await ask(world, { host: 'evil.com', 'x-forwarded-proto': 'http' })).toEqual({
      wsServer: 'wss://rooms.example.com/base/emulator/signaling',
      wsServerInsights: 'wss://rooms.example.com/base/emulator/insights',
    })
  })

  test('is behind TLS when a trusted proxy says so, and only then', async () => {
    const headers = {
      host: 'rooms.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'public.example.com',
    }
    await using open = await createWorld({ env: ANY_HOST })
    expect((await ask(open, headers)).wsServer).toBe('ws://rooms.example.com/emulator/signaling')
    await using behind = await createWorld({ env: { ...ANY_HOST, TRUST_PROXY: '127.0.0.1' } })
    expect((await ask(behind, headers)).wsServer).toBe('wss://public.example.com/emulator/signaling')
    await using elsewhere = await createWorld({ env: { ...ANY_HOST, TRUST_PROXY: '10.0.0.0/8' } })
    expect((await ask(elsewhere, headers)).wsServer).toBe('ws://rooms.example.com/emulator/signaling')
  })

  test('is left to the SDK on Twilio', async () => {
    await using world = await createWorld({ env: { ...SAMPLE_CREDENTIALS, OPEN_ACCESS: 'true' } })
    expect(await ask(world, {})).toEqual({})
  })

  test('is at the emulator when Twilio is one elsewhere', async () => {
    await using world = await createWorld({ mode: 'twilio' })
    const { signalingUrl, insightsUrl } = await world.emulator()
    expect(await ask(world, {})).toEqual({ wsServer: signalingUrl, wsServerInsights: insightsUrl })
  })
})

describe('signalling on the server’s own port', () => {
  test('answers as the emulator does, started by the first who comes', async () => {
    await using world = await createWorld({ way: 'socket' })
    expect(world.app.roomkey.embedded?.running()).toBeUndefined()
    const { wsServer, wsServerInsights } = await ask(world, { host: hostOf(world) })
    for (const url of [wsServer, wsServerInsights]) {
      const socket = new WebSocket(url ?? '')
      await once(socket, 'open')
      socket.close()
    }
    const socket = new WebSocket(wsServer ?? '')
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'hello', id: 'x', timeout: 5000, version: 2 }))
    const [message] = (await once(socket, 'message')) as [MessageEvent]
    expect(JSON.parse(String(message.data))).toMatchObject({ type: 'welcome', negotiatedTimeout: expect.any(Number) })
    socket.close()
  })

  test('lets a token in that the server made', async () => {
    await using world = await createWorld({ way: 'socket' })
    const { data } = await world.mutate('auth.getToken', { userId: 'Beyoncé', roomSid: 'Monday' })
    const socket = new WebSocket(data.connectOptions.wsServer as string)
    await once(socket, 'open')
    const body = { type: 'ice', version: 1, edge: 'roaming', token: data.token as string }
    socket.send(JSON.stringify({ type: 'hello', id: 'x', timeout: 5000, version: 2, body }))
    const types: string[] = []
    const { promise, resolve } = Promise.withResolvers<{ type: string }>()
    socket.addEventListener('message', ({ data: text }) => {
      const frame = JSON.parse(String(text)) as { type: string; body?: { type: string } }
      types.push(frame.type)
      if (frame.body) resolve(frame.body)
    })
    expect(await promise).toMatchObject({ type: 'iced' })
    expect(types[0]).toBe('welcome')
    socket.close()
  })

  test('closes sockets for other paths', async () => {
    await using world = await createWorld({ way: 'socket' })
    const socket = new WebSocket(`ws://${hostOf(world)}/trpc`)
    await once(socket, 'error')
    expect(world.app.roomkey.embedded?.running()).toBeUndefined()
  })

  test('does not keep a closing server open', async () => {
    const world = await createWorld({ way: 'socket' })
    const socket = new WebSocket(`ws://${hostOf(world)}/emulator/signaling`)
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await world[Symbol.asyncDispose]()
    const [event] = (await closed) as [CloseEvent]
    expect(event.code).not.toBe(1000)
  })

  test('is there on Twilio only as nothing', async () => {
    await using world = await createWorld({ way: 'socket', mode: 'twilio' })
    const { port } = world.app.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      `GET /emulator/signaling HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 /)
    socket.destroy()
  })
})

function hostOf({ app }: World): string {
  return `127.0.0.1:${(app.server.address() as AddressInfo).port}`
}
