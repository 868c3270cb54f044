import { connect } from 'node:net'
import { initTRPC } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { createBroadcast } from '../src/index.ts'
import { KINDS, eventOf, sendRaw, startServer } from './setup.ts'

describe.each(KINDS)('a broadcast through the %s plugin', (kind) => {
  it('puts the same frames on every wire', async () => {
    await using server = await startServer(kind)
    const { broadcast } = server.probe
    const request = 'GET /trpc/feed HTTP/1.1\r\nhost: a\r\n\r\n'
    const readers = Array.from({ length: 5 }, () => sendRaw(server.port, request, 'event: return'))
    while (broadcast.subscriberCount < 5) await new Promise((resolve) => setImmediate(resolve))
    const ids = [1, 2, 3].map((n) => broadcast.publish({ n }))
    broadcast.close()
    const expected = [
      'event: connected\ndata: {}\n\n\n',
      ...ids.map((id, index) => `data: {"n":${index + 1}}\nid: ${id}\n\n\n`),
      'event: return\n',
    ]
    for (const text of await Promise.all(readers)) expect(dechunk(text)).toContain(expected.join(''))
  })
})

describe('a broadcast through our plugin', () => {
  it('frames its bytes so that an HTTP client reads them, for HTTP/1.0 too', async () => {
    await using server = await startServer('roomkey')
    const { broadcast } = server.probe
    const old = sendRaw(server.port, 'GET /trpc/feed HTTP/1.0\r\n\r\n')
    while (broadcast.subscriberCount < 1) await new Promise((resolve) => setImmediate(resolve))
    broadcast.publish({ n: 1 }, { id: 'first' })
    await new Promise((resolve) => setImmediate(resolve))
    broadcast.close()
    expect((await old).split('\r\n\r\n')[1]).toBe(
      'event: connected\ndata: {}\n\n\ndata: {"n":1}\nid: first\n\n\nevent: return\ndata: \n\n\n',
    )
  })

  it('serialises an event once for all subscribers, and events of one turn together', async () => {
    let serialized = 0
    const output = {
      deserialize: (value: unknown) => value,
      serialize: (value: unknown) => ({ n: ++serialized, value }),
    }
    const t = initTRPC.create({ transformer: { input: { serialize: identity, deserialize: identity }, output } })
    const broadcast = createBroadcast<string>()
    const router = t.router({ feed: t.procedure.subscription(() => broadcast.subscribe()) })
    await using server = await startServer('roomkey', { trpc: { router: router as never } })
    const request = 'GET /trpc/feed HTTP/1.1\r\nhost: a\r\n\r\n'
    const readers = Array.from({ length: 5 }, () => sendRaw(server.port, request, 'id: two'))
    while (broadcast.subscriberCount < 5) await new Promise((resolve) => setImmediate(resolve))
    broadcast.publish('a', { id: 'one' })
    broadcast.publish('b', { id: 'two' })
    const frames = 'data: {"n":1,"value":"a"}\nid: one\n\n\ndata: {"n":2,"value":"b"}\nid: two\n\n\n'
    for (const text of await Promise.all(readers)) expect(text).toContain(`\r\n${frames}`)
    expect(serialized).toBe(2)
  })

  it('drops a subscriber that does not read, and only that one', async () => {
    await using server = await startServer('roomkey')
    const { broadcast } = server.probe
    const stuck = connect(server.port, '127.0.0.1', () => {
      stuck.write('GET /trpc/feed HTTP/1.1\r\nhost: a\r\n\r\n')
      stuck.pause()
    })
    stuck.on('error', () => {})
    const reading = sendRaw(server.port, 'GET /trpc/feed HTTP/1.1\r\nhost: a\r\n\r\n', 'id: last')
    while (broadcast.subscriberCount < 2) await new Promise((resolve) => setImmediate(resolve))
    const large = 'x'.repeat(64 * 1024)
    for (let n = 0; broadcast.subscriberCount === 2 && n < 2000; n++) {
      broadcast.publish({ n, large } as never)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(broadcast.subscriberCount).toBe(1)
    broadcast.publish({ n: 0 }, { id: 'last' })
    await expect(reading).resolves.toContain('id: last')
    stuck.destroy()
  })

  it('lets a closing server go, and tells clients nothing that would keep them away', async () => {
    const server = await startServer('roomkey', { fastify: { forceCloseConnections: false } })
    const started = eventOf(server.probe.emitter, 'started')
    const request = (path: string) => `GET /trpc/${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`
    const streams = [sendRaw(server.port, request('feed')), sendRaw(server.port, request('live?input=%22a%22'))]
    await started
    while (server.probe.broadcast.subscriberCount < 1) await new Promise((resolve) => setImmediate(resolve))
    await server.app.close()
    for (const text of await Promise.all(streams)) {
      expect(text).toContain('event: connected')
      expect(text).not.toContain('event: return')
    }
    expect(server.probe.broadcast.subscriberCount).toBe(0)
  })
})

function identity(value: unknown): unknown {
  return value
}

/** The body of a chunked response, or as much as came of it. */
function dechunk(text: string): string {
  return text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll(/(?:\r\n)?[0-9a-f]+\r\n/g, '')
}
