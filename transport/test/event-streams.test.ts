import { EventEmitter, on } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import compress from '@fastify/compress'
import { tracked } from '@trpc/server'
import Fastify, { type FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import {
  createBroadcast,
  createEventStreams,
  type Broadcast,
  type EventStreamsOptions,
  type SendEventsOptions,
} from '../src/index.ts'
import { eventOf, sendRaw, startServer } from './setup.ts'

type Source = (lastEventId: string | undefined) => AsyncIterable<unknown>
type RouteOptions = { source: Source; send?: SendEventsOptions; streams?: EventStreamsOptions; prepare?: Prepare }
type Prepare = (app: FastifyInstance) => void
type Served = AsyncDisposable & { app: FastifyInstance; port: number; url: string }

/** A route of a host's own, without tRPC. */
async function serve({ source, send, streams: options, prepare }: RouteOptions): Promise<Served> {
  const app = Fastify({ forceCloseConnections: false })
  prepare?.(app)
  await app.register(async (scope) => {
    const streams = createEventStreams(scope, options)
    scope.get('/events', (request, reply) => {
      const lastEventId = request.headers['last-event-id'] as string | undefined
      streams.send(reply.header('x-own', 'kept'), source(lastEventId), send)
    })
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { app, port, url: `http://127.0.0.1:${port}/events`, [Symbol.asyncDispose]: () => app.close() }
}

async function* count(to: number): AsyncGenerator<unknown> {
  for (let n = 1; n <= to; n++) yield tracked(String(n), { n })
}

const COUNTED = 'data: {"n":1}\nid: 1\n\n\ndata: {"n":2}\nid: 2\n\n\n'
const REQUEST = 'GET /events HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n'
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function untilSubscribed(broadcast: Broadcast<unknown>, subscribers: number): Promise<void> {
  while (broadcast.subscriberCount !== subscribers) await turn()
}

describe('events from a route of the host', () => {
  it('come with their ids, in frames that are the same as over tRPC', async () => {
    await using server = await serve({ source: () => count(2) })
    const response = await fetch(server.url)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-own': 'kept',
    })
    await expect(response.text()).resolves.toBe(`:\n\n${COUNTED}`)
    expect((await server.app.inject('/events')).body).toBe(`:\n\n${COUNTED}`)
    await using trpc = await startServer('roomkey')
    const input = encodeURIComponent('{"to":2}')
    await expect((await fetch(`${trpc.url}/count?input=${input}`)).text()).resolves.toContain(COUNTED)
  })

  it('of one broadcast go to readers of both kinds, who resume alike', async () => {
    await using trpc = await startServer('roomkey')
    const { broadcast } = trpc.probe
    await using server = await serve({ source: (lastEventId) => broadcast.subscribe({ lastEventId }) })
    const readers = [
      sendRaw(server.port, REQUEST, 'id: b'),
      sendRaw(trpc.port, 'GET /trpc/feed HTTP/1.1\r\nhost: a\r\n\r\n', 'id: b'),
    ]
    await untilSubscribed(broadcast, 2)
    broadcast.publish({ n: 1 }, { id: 'a' })
    broadcast.publish({ n: 2 }, { id: 'b' })
    const frames = 'data: {"n":1}\nid: a\n\n\ndata: {"n":2}\nid: b\n\n\n'
    for (const text of await Promise.all(readers)) expect(text).toContain(`\r\n${frames}`)
    const resumed = await sendRaw(server.port, REQUEST.replace('host: a', 'host: a\r\nlast-event-id: a'), 'id: b')
    expect(resumed).toContain('\r\ndata: {"n":2}\nid: b\n\n\n')
    expect(resumed).not.toContain('id: a\n')
  })

  it('end in an error, of which the reader is told what the host says', async () => {
    const source: Source = async function* () {
      yield 1
      throw new Error('secret')
    }
    await using silent = await serve({ source })
    await expect((await fetch(silent.url)).text()).resolves.toBe(
      ':\n\ndata: 1\n\n\nevent: error\ndata: {"message":"The events ended in an error"}\n\n',
    )
    await using telling = await serve({
      source,
      send: { encodeError: (cause) => JSON.stringify({ why: String(cause) }) },
    })
    await expect((await fetch(telling.url)).text()).resolves.toContain(
      'event: error\ndata: {"why":"Error: secret"}\n\n',
    )
  })

  it('are asked for no faster than they are read', async () => {
    const asked: number[] = []
    const ended = new EventEmitter()
    async function* flood(): AsyncGenerator<string> {
      try {
        for (;;) {
          asked.push(asked.length)
          yield 'x'.repeat(64 * 1024)
        }
      } finally {
        ended.emit('ended')
      }
    }
    await using server = await serve({ source: flood })
    const stuck = connect(server.port, '127.0.0.1', () => {
      stuck.write(REQUEST)
      stuck.pause()
    })
    let before = -1
    while (before !== asked.length || asked.length === 0) {
      before = asked.length
      for (let n = 0; n < 50; n++) await turn()
    }
    expect(asked.length).toBeLessThan(1000)
    const over = eventOf(ended, 'ended')
    stuck.destroy()
    await over
  })

  it('drop a reader that falls behind a broadcast', async () => {
    const broadcast = createBroadcast<string>({ maxQueuedBytes: 1024 * 1024 })
    await using server = await serve({ source: () => broadcast.subscribe() })
    const stuck = connect(server.port, '127.0.0.1', () => {
      stuck.write(REQUEST)
      stuck.pause()
    })
    await untilSubscribed(broadcast, 1)
    for (let n = 0; broadcast.subscriberCount > 0 && n < 2000; n++) {
      broadcast.publish('x'.repeat(64 * 1024))
      await turn()
    }
    expect(broadcast.subscriberCount).toBe(0)
    stuck.destroy()
  })

  it('are pinged while they are silent', async () => {
    const broadcast = createBroadcast()
    await using server = await serve({ source: () => broadcast.subscribe(), streams: { pingMs: 20 } })
    await expect(sendRaw(server.port, REQUEST, ':\n\n\r\n3\r\n:\n\n\r\n3\r\n:\n\n')).resolves.toContain('\r\n:\n\n')
    await untilSubscribed(broadcast, 0)
  })

  it.each([
    ['last as long as they may', { maxDurationMs: 30 }, () => {}],
    ['last until the server closes', {}, (app: FastifyInstance) => void app.close()],
  ])('%s, and what waits is told', async (_name, streams, end) => {
    const controller = new AbortController()
    const { signal } = controller
    const emitter = new EventEmitter()
    async function* wait(): AsyncGenerator<unknown> {
      try {
        emitter.emit('begun')
        for await (const [value] of on(emitter, 'value', { signal })) yield value
      } finally {
        emitter.emit('ended')
      }
    }
    await using server = await serve({ source: wait, streams, send: { abort: () => controller.abort() } })
    const [begun, ended] = [eventOf(emitter, 'begun'), eventOf(emitter, 'ended')]
    const reading = sendRaw(server.port, REQUEST)
    await begun
    end(server.app)
    await ended
    const text = await reading
    expect(text).toMatch(/\r\n0\r\n\r\n$/)
    expect(text).not.toContain('event:')
  })

  it('have no body for who asks for the head, and nothing stays open', async () => {
    const broadcast = createBroadcast()
    await using server = await serve({ source: () => broadcast.subscribe() })
    const response = await fetch(server.url, { method: 'HEAD' })
    expect([response.status, await response.text()]).toEqual([200, ''])
    await untilSubscribed(broadcast, 0)
  })

  it('go through hooks that replace the body, of the scope and of the route', async () => {
    await using server = await serve({
      source: () => count(2),
      prepare: (app) => void app.register(compress, { threshold: 0, customTypes: /./ }),
    })
    const response = await fetch(server.url, { headers: { 'accept-encoding': 'gzip' } })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    await expect(response.text()).resolves.toBe(`:\n\n${COUNTED}`)
    const app = Fastify()
    const streams = createEventStreams(app)
    app.get('/events', { onSend: async () => 'instead' }, (_request, reply) => streams.send(reply, count(2)))
    await app.listen({ port: 0, host: '127.0.0.1' })
    await expect(sendRaw((app.server.address() as AddressInfo).port, REQUEST)).resolves.toMatch(/\r\n\r\ninstead$/)
    await app.close()
  })

  it('whose head cannot be written are an error of the host, and nothing stays open', async () => {
    const broadcast = createBroadcast()
    await using server = await serve({
      source: () => broadcast.subscribe(),
      prepare: (app) => app.addHook('onSend', async (_request, reply) => void reply.header('x-own', 'no\nheader')),
    })
    await expect(sendRaw(server.port, REQUEST)).resolves.toMatch(/^HTTP\/1.1 500 /)
    expect(broadcast.subscriberCount).toBe(0)
  })
})
