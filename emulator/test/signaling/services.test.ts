import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createEmulator, type Emulator } from '../../src/index.ts'
import { startTurnServer } from '../../src/turn.ts'
import { openTestClient } from './test-client.ts'
import { portOf, TurnClient } from './stun.ts'
import { signToken } from './world.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await createEmulator({ turn: true, iceServers: [{ urls: 'stun:127.0.0.1:1' }] })
})
afterAll(() => emulator.close())

function token(): string {
  const { accountSid, apiKeySid, apiKeySecret } = emulator.credentials
  return signToken({ claims: { iss: apiKeySid, sub: accountSid }, secret: apiKeySecret })
}

describe('TURN', () => {
  it('is handed out with credentials, after the ICE servers given, and asks for them', async () => {
    const client = await openTestClient(emulator.signalingUrl)
    client.hello({ type: 'ice', token: token(), version: 1 })
    const { ice_servers } = await client.next()
    client.socket.terminate()
    expect(ice_servers).toEqual([
      { urls: 'stun:127.0.0.1:1' },
      {
        urls: expect.stringMatching(/^turn:127\.0\.0\.1:\d+\?transport=udp$/),
        username: 'emulator',
        credential: expect.any(String),
      },
    ])
    const visitor = new TurnClient(ice_servers[1])
    const reply = await visitor.ask()
    visitor.socket.close()
    // An error response to Allocate, with error 401: who comes without credentials gets nothing.
    expect(reply.readUInt16BE(0)).toBe(0x0113)
    expect(reply.includes(Buffer.from([0, 0, 4, 1]))).toBe(true)
  })

  it('signs that it has bound a channel, and carries data over it both ways', async () => {
    const turn = await startTurnServer('127.0.0.1')
    const client = new TurnClient(turn.iceServer(undefined))
    const peer = createSocket('udp4')
    peer.bind(0, '127.0.0.1')
    await once(peer, 'listening')
    const relay = await client.allocate()

    const answer = await client.bindChannel(0x4000, peer.address().port)
    expect(answer.readUInt16BE(0)).toBe(0x0109)
    expect(client.isSigned(answer)).toBe(true)

    client.sendOnChannel(0x4000, 'to a peer')
    const [received, source] = await once(peer, 'message')
    expect([received.toString(), source.port]).toEqual(['to a peer', relay])

    peer.send('from a peer', relay, '127.0.0.1')
    const [message] = await once(client.socket, 'message')
    expect([message.readUInt16BE(0), message.subarray(4, 4 + message.readUInt16BE(2)).toString()]).toEqual([
      0x4000,
      'from a peer',
    ])
    client.socket.close()
    peer.close()
    turn.close()
  })

  it('gives a client one relay, however often its request arrives', async () => {
    const turn = await startTurnServer('127.0.0.1')
    const client = new TurnClient(turn.iceServer(undefined))
    const peer = createSocket('udp4')
    peer.bind(0, '127.0.0.1')
    await once(peer, 'listening')

    const relay = await client.allocate(3)
    expect(await client.repeatAllocate()).toBe(relay)

    await client.bindChannel(0x4000, peer.address().port)
    client.sendOnChannel(0x4000, 'to a peer')
    const [, source] = await once(peer, 'message')
    expect(source.port).toBe(relay)

    // Another request is no repeated one: the client is to take another port. Source: RFC 8656, 7.2.
    await expect(client.allocate()).rejects.toThrow('Allocation Mismatch')
    client.socket.close()
    peer.close()
    turn.close()
  })

  it('lives through packets that are no STUN', async () => {
    const turn = await startTurnServer('127.0.0.1')
    const server = turn.iceServer(undefined)
    const socket = createSocket('udp4')
    for (let size = 0; size < 200; size++) socket.send(Buffer.alloc(size, size), portOf(server), '127.0.0.1')
    socket.send(Buffer.from([0x40, 0x00, 0xff, 0xff]), portOf(server), '127.0.0.1')

    const client = new TurnClient(server)
    const relay = await client.allocate()
    await client.permitLoopback()
    // The relay takes anything for a peer's; one of these it cannot even read.
    for (let size = 0; size < 10; size++) socket.send(Buffer.alloc(size, 0x40), relay, '127.0.0.1')
    socket.send(Buffer.from('from a peer'), relay, '127.0.0.1')
    for (;;) {
      const [message] = await once(client.socket, 'message')
      if (message.includes('from a peer')) break
    }
    client.socket.close()
    socket.close()
    turn.close()
  })

  it('is named as the client knows the machine, when it listens everywhere', async () => {
    const turn = await startTurnServer('0.0.0.0')
    expect(turn.iceServer('studio.local:8080').urls).toMatch(/^turn:studio\.local:\d+\?/)
    expect(turn.iceServer('[::1]:8080').urls).toMatch(/^turn:\[::1\]:\d+\?/)
    expect(turn.iceServer('not a host').urls).toMatch(/^turn:127\.0\.0\.1:\d+\?/)
    turn.close()
  })
})

describe('insights', () => {
  it('greets, takes events and says nothing of them', async () => {
    const socket = new WebSocket(emulator.insightsUrl)
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connect', token: token(), version: 1, publisher: {} }))
    const [greeting] = await once(socket, 'message')
    expect(JSON.parse(String(greeting))).toEqual({ type: 'connected', session: expect.any(String) })
    const messages: unknown[] = []
    socket.on('message', (message) => messages.push(message))
    for (let count = 0; count < 10; count++) socket.send(JSON.stringify({ type: 'event', name: 'x' }))
    socket.ping()
    await once(socket, 'pong')
    expect(messages).toEqual([])
    socket.terminate()
  })

  it.each(['no JSON', '{}', '{"type":"connect","token":"abc"}'])('answers %s with an error', async (text) => {
    const socket = new WebSocket(emulator.insightsUrl)
    await once(socket, 'open')
    socket.send(text)
    const [answer] = await once(socket, 'message')
    expect(JSON.parse(String(answer))).toMatchObject({ type: 'error', message: expect.any(String) })
    socket.terminate()
  })

  it('closes on a flood', async () => {
    const socket = new WebSocket(emulator.insightsUrl)
    await once(socket, 'open')
    for (let count = 0; count < 2000; count++) socket.send('{}')
    const [code] = await once(socket, 'close')
    expect(code).toBe(1008)
  })
})
