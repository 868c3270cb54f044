import { EventEmitter } from 'node:events'
import compress from '@fastify/compress'
import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import etag from '@fastify/etag'
import helmet from '@fastify/helmet'
import session from '@fastify/session'
import { createTRPCClient, httpBatchLink, httpBatchStreamLink } from '@trpc/client'
import { initTRPC } from '@trpc/server'
import { observable } from '@trpc/server/observable'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import type { TestRouter } from './router.ts'
import { eventOf, startServer, type TestServer } from './setup.ts'

type Companion = (app: FastifyInstance) => void

const ORIGIN = 'http://page.example'

const PLUGINS: Record<string, Companion> = {
  compress: (app) => void app.register(compress, { threshold: 0, customTypes: /./ }),
  session: (app) => {
    void app.register(cookie)
    void app.register(session, { secret: 's'.repeat(32), cookie: { secure: false } })
  },
  cors: (app) => void app.register(cors, { origin: [ORIGIN, 'http://other.example'] }),
  helmet: (app) => void app.register(helmet),
  etag: (app) => void app.register(etag),
}

const later = () => new Promise<void>((resolve) => setImmediate(resolve))

const HOOKS: Record<string, Companion> = {
  'that call back at once': (app) => {
    app.addHook('onRequest', (_request, _reply, done) => done())
    app.addHook('preParsing', (_request, _reply, payload, done) => done(null, payload))
    app.addHook('preValidation', (_request, _reply, done) => done())
    app.addHook('preHandler', (_request, _reply, done) => done())
    app.addHook('preSerialization', (_request, _reply, payload, done) => done(null, payload))
    app.addHook('onSend', (_request, _reply, payload, done) => done(null, payload))
    app.addHook('onResponse', (_request, _reply, done) => done())
  },
  'that call back later': (app) => {
    app.addHook('onRequest', (_request, _reply, done) => void setImmediate(done))
    app.addHook('preParsing', (_request, _reply, payload, done) => void setImmediate(done, null, payload))
    app.addHook('preValidation', (_request, _reply, done) => void setImmediate(done))
    app.addHook('preHandler', (_request, _reply, done) => void setImmediate(done))
    app.addHook('onSend', (_request, _reply, payload, done) => void setImmediate(done, null, payload))
    app.addHook('onResponse', (_request, _reply, done) => void setImmediate(done))
  },
  'that are async': (app) => {
    app.addHook('onRequest', later)
    app.addHook('preParsing', async (_request, _reply, payload) => {
      await later()
      return payload
    })
    app.addHook('preValidation', later)
    app.addHook('preHandler', later)
    app.addHook('onSend', async (_request, _reply, payload) => {
      await later()
      return payload
    })
    app.addHook('onResponse', later)
  },
  'that replace the body by another stream': (app) => {
    app.addHook('onSend', async (_request, _reply, payload) => {
      await later()
      return typeof payload === 'string' ? Buffer.from(payload) : copy(payload as AsyncIterable<Uint8Array>)
    })
  },
}

async function* chunks(payload: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of payload) yield chunk
}

function copy(payload: AsyncIterable<Uint8Array>): Response {
  return new Response(chunks(payload) as never)
}

const together: Companion = (app) => {
  for (const add of Object.values(PLUGINS)) add(app)
  HOOKS['that are async']?.(app)
}

/** One request of each kind, with the response it must have whatever stands around. */
async function expectAllServed(server: TestServer): Promise<void> {
  const batching = createTRPCClient<TestRouter>({ links: [httpBatchLink({ url: server.url })] })
  const streaming = createTRPCClient<TestRouter>({ links: [httpBatchStreamLink({ url: server.url })] })
  await expect(batching.add.mutate({ a: 1, b: 2 })).resolves.toBe(3)
  const queries = [batching.greet.query({ name: 'Ada' }), batching.whoami.query(), batching.fail.query('CONFLICT')]
  const [greeting, nobody, conflict] = await Promise.allSettled(queries)
  expect(greeting).toEqual({ status: 'fulfilled', value: { greeting: 'Hello Ada' } })
  expect(nobody).toEqual({ status: 'fulfilled', value: null })
  expect(conflict).toMatchObject({ status: 'rejected', reason: { data: { code: 'CONFLICT' } } })
  const { later: promised } = await streaming.promises.query()
  await expect(promised).resolves.toBe(2)

  const form = new FormData()
  form.set('name', 'Ada')
  const uploaded = await fetch(`${server.url}/upload`, { method: 'POST', body: form })
  await expect(uploaded.json()).resolves.toEqual({ result: { data: { name: 'Ada' } } })

  const single = await fetch(`${server.url}/echo?input=${encodeURIComponent('"x"')}`)
  await expect(single.json()).resolves.toEqual({ result: { data: { input: 'x' } } })
  const refused = await fetch(`${server.url}/add`, { method: 'POST', headers: { 'content-type': 'a/b' }, body: '1' })
  expect(refused.status).toBe(415)
  await expect(refused.json()).resolves.toMatchObject({ error: { data: { code: 'UNSUPPORTED_MEDIA_TYPE' } } })
  const unknown = await fetch(`${server.url}/no.such`)
  expect(unknown.status).toBe(404)
  await expect(unknown.json()).resolves.toMatchObject({ error: { data: { path: 'no.such' } } })

  const stream = await fetch(`${server.url}/count?input=${encodeURIComponent('{"to":2}')}`)
  expect(stream.headers.get('content-type')).toBe('text/event-stream')
  await expect(stream.text()).resolves.toBe(
    'event: connected\ndata: {}\n\n\ndata: {"n":1}\nid: 1\n\n\ndata: {"n":2}\nid: 2\n\n\nevent: return\ndata: \n\n\n',
  )
  await expectBroadcast(server)
}

async function expectBroadcast({ url, probe: { broadcast } }: TestServer): Promise<void> {
  const controller = new AbortController()
  const { body } = await fetch(`${url}/feed`, { signal: controller.signal })
  while (broadcast.subscriberCount === 0) await later()
  // Compressors keep small pieces to themselves.
  for (let n = 0; n < 2000; n++) broadcast.publish({ n, text: `${Math.random()}` } as never)
  let text = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (text.includes('"n":1000,')) break
  }
  controller.abort()
  expect(text).toMatch(/^event: connected\ndata: {}\n\n\ndata: {"n":0,/)
  while (broadcast.subscriberCount > 0) await later()
}

describe('in company of the plugins of Fastify', () => {
  it.each([...Object.entries(PLUGINS), ['all of them, and async hooks', together] as const])(
    'serves calls, batches, errors and streams beside %s',
    async (_name, prepare) => {
      await using server = await startServer('roomkey', { prepare })
      await expectAllServed(server)
    },
  )

  it('lets them do their work on every response', async () => {
    await using server = await startServer('roomkey', { prepare: together })
    const headers = { origin: ORIGIN, 'accept-encoding': 'gzip' }
    for (const path of ['/whoami', '/no.such', '/whoami,nothing?batch=1', '/mixed']) {
      const response = await fetch(server.url + path, { headers })
      await response.text()
      expect(response.headers.get('content-encoding')).toBe('gzip')
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN)
      expect(response.headers.get('vary')?.toLowerCase().split(', ').toSorted()).toEqual([
        'accept',
        'accept-encoding',
        'origin',
        'trpc-accept',
      ])
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.getSetCookie().join()).toMatch(/^sessionId=/)
    }
  })

  it('sends 304 to a client that has what the etag names', async () => {
    await using server = await startServer('roomkey', { prepare: PLUGINS['etag'] as Companion })
    const first = await fetch(`${server.url}/whoami`)
    await first.text()
    const second = await fetch(`${server.url}/whoami`, {
      headers: { 'if-none-match': String(first.headers.get('etag')) },
    })
    expect(second.status).toBe(304)
    await expect(second.text()).resolves.toBe('')
  })
})

describe('hooks of the host', () => {
  it.each(Object.entries(HOOKS))('%s change nothing about what is served', async (_name, prepare) => {
    await using server = await startServer('roomkey', { prepare })
    await expectAllServed(server)
  })

  it('may refuse a call before it runs', async () => {
    await using server = await startServer('roomkey', {
      prepare: (app) => {
        app.addHook('preHandler', async (request, reply) => {
          if (request.headers['x-refused'] !== undefined)
            return reply.code(403).send({ refused: request.routeOptions.url })
          return undefined
        })
      },
    })
    const response = await fetch(`${server.url}/whoami`, { headers: { 'x-refused': '1' } })
    expect(response.status).toBe(403)
    await expect(response.json()).resolves.toEqual({ refused: '/trpc/:path' })
    expect(server.probe.contexts).toEqual([])
  })

  it('whose onSend fails have the error handled by the host, and nothing stays open', async () => {
    const t = initTRPC.create()
    let open = 0
    const router = t.router({
      observed: t.procedure.subscription(() =>
        observable<number>(() => {
          open++
          return () => void open--
        }),
      ),
      plain: t.procedure.query(() => 1),
    })
    await using server = await startServer('roomkey', {
      trpc: { router: router as never },
      prepare: (app) => {
        app.addHook('onSend', async (_request, reply) => {
          await later()
          if (reply.statusCode === 200) throw new Error('a hook broke')
        })
        app.setErrorHandler(async (error, _request, reply) => {
          await later()
          return reply.code(500).send({ handled: (error as Error).message })
        })
      },
    })
    for (const path of ['plain', 'observed']) {
      const response = await fetch(`${server.url}/${path}`)
      expect(response.status).toBe(500)
      await expect(response.json()).resolves.toEqual({ handled: 'a hook broke' })
    }
    expect(open).toBe(0)
  })

  it('close what a compressed stream reads from when its client leaves', async () => {
    await using server = await startServer('roomkey', { prepare: PLUGINS['compress'] as Companion })
    const started = eventOf(server.probe.emitter, 'started')
    const controller = new AbortController()
    const response = fetch(`${server.url}/live?input=%22a%22`, { signal: controller.signal })
    await started
    const aborted = eventOf(server.probe.emitter, 'aborted')
    controller.abort()
    await expect(response).rejects.toThrow('abort')
    await expect(aborted).resolves.toBe('a')
    expect(server.probe.emitter.listenerCount('live')).toBe(0)
  })
})

describe('handlers of the host', () => {
  const prepare: Companion = (app) => {
    app.setErrorHandler((error, _request, reply) => {
      void reply.code(418).send({ hostError: (error as Error).message })
    })
    app.setNotFoundHandler((request, reply) => {
      void reply.code(404).send({ hostMissed: request.url })
    })
    app.addHook('preValidation', async (request) => {
      if (request.headers['x-broken'] !== undefined) throw new Error('broken')
    })
    app.post('/other', (request) => ({ got: request.body }))
  }

  it("keep the errors and paths that are not the calls'", async () => {
    await using server = await startServer('roomkey', { prepare })
    await expectAllServed(server)
    const broken = await fetch(`${server.url}/whoami`, { headers: { 'x-broken': '1' } })
    await expect(broken.json()).resolves.toEqual({ hostError: 'broken' })
    for (const path of ['/trpc', '/trpc/a/b', '/elsewhere']) {
      const missed = await fetch(server.origin + path)
      expect(missed.status).toBe(404)
      await expect(missed.json()).resolves.toEqual({ hostMissed: path })
    }
    const other = await fetch(`${server.origin}/other`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    })
    await expect(other.json()).resolves.toEqual({ got: { a: 1 } })
  })

  it('are asked when not even the error can be told', async () => {
    await using server = await startServer('roomkey', {
      prepare,
      trpc: { responseMeta: () => ({ headers: { 'x-broken': 'a\nb' } }) },
    })
    const response = await fetch(`${server.url}/whoami`)
    expect(response.status).toBe(418)
    await expect(response.json()).resolves.toEqual({ hostError: expect.stringContaining('x-broken') })
  })
})

describe('app.inject', () => {
  it('gets what a client gets, a broadcast too', async () => {
    await using server = await startServer('roomkey', { prepare: together })
    const { app, probe } = server
    const call = await app.inject({ method: 'POST', url: '/trpc/add', payload: { a: 1, b: 2 } })
    expect(call.json()).toEqual({ result: { data: 3 } })
    const stream = await app.inject('/trpc/mixed')
    expect(stream.body).toContain('event: return')
    const feed = app.inject('/trpc/feed')
    while (probe.broadcast.subscriberCount === 0) await later()
    probe.broadcast.publish({ n: 1 }, { id: 'first' })
    await later()
    probe.broadcast.close()
    expect((await feed).body).toContain('data: {"n":1}\nid: first\n\n\nevent: return')
  })
})

describe('a client that leaves while a hook still works on its response', () => {
  it.each(['/whoami', '/mixed', '/feed', '/whoami,nothing?batch=1'])('harms nobody: %s', async (path) => {
    const emitter = new EventEmitter()
    await using server = await startServer('roomkey', {
      prepare: (app) => {
        app.addHook('onSend', async (request, reply, payload) => {
          if (request.headers['x-leaves'] !== undefined) {
            const closed = eventOf(reply.raw, 'close')
            emitter.emit('sending')
            await closed
          }
          return payload
        })
      },
    })
    const controller = new AbortController()
    const sending = eventOf(emitter, 'sending')
    const response = fetch(server.url + path, { headers: { 'x-leaves': '1' }, signal: controller.signal })
    await sending
    controller.abort()
    await expect(response).rejects.toThrow('abort')
    await expectAllServed(server)
    expect(server.probe.broadcast.subscriberCount).toBe(0)
  })
})
