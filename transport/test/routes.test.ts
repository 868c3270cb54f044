import { createTRPCClient, httpBatchLink } from '@trpc/client'
import Fastify, { type FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { describe, expect, it } from 'vitest'
import { fastifyTRPCPlugin, roomkeyTRPCPlugin } from '../src/index.ts'
import type { TestRouter } from './router.ts'
import { KINDS, startServer, toOptions } from './setup.ts'

describe.each(KINDS)('the prefix of the %s plugin', (kind) => {
  it.each(['/trpc', 'trpc', '/trpc/', '/deep/er/trpc', '/:tenant/trpc', '/', '', null])('may be %j', async (prefix) => {
    await using server = await startServer(kind, { prefix })
    const client = createTRPCClient<TestRouter>({ links: [httpBatchLink({ url: server.url })] })
    await expect(client.greet.query({ name: 'Ada' })).resolves.toEqual({ greeting: 'Hello Ada' })
    await expect(client.add.mutate({ a: 1, b: 2 })).resolves.toBe(3)
    const missed = await fetch(`${server.url}/whoami/more`)
    expect(missed.status).toBe(404)
    await expect(missed.json()).resolves.toMatchObject({ error: 'Not Found' })
  })

  it('shows in route and parameters', async () => {
    const seen: unknown[] = []
    await using server = await startServer(kind, {
      prepare: (app) => {
        app.addHook('onRequest', async ({ routeOptions: { url, method }, params }) => {
          seen.push({ url, isAll: Array.isArray(method), params })
        })
      },
    })
    await fetch(`${server.url}/whoami,no%2Fthing?batch=1`)
    expect(seen).toEqual([{ url: '/trpc/:path', isAll: true, params: { path: 'whoami,no/thing' } }])
  })
})

describe('a batch', () => {
  it.each(['/trpc', '/trpc/', '/:tenant/trpc'])('below %s may be longer than a parameter', async (prefix) => {
    await using server = await startServer('roomkey', { prefix, trpc: { maxBatchSize: 400 } })
    const names = Array.from({ length: 400 }, (_, index) => (index === 7 ? 'a%2Fb' : 'whoami'))
    const response = await fetch(`${server.url}/${names.join(',')}?batch=1`)
    await expect(response.json()).resolves.toHaveLength(400)
    const deeper = await fetch(`${server.url}/${names.join(',')}/more?batch=1`)
    await expect(deeper.json()).resolves.toMatchObject({ error: 'Not Found' })
  })

  it.each(['/', null])('below %j too, while the host keeps its own wildcard', async (prefix) => {
    const addWildcard = (app: FastifyInstance) => void app.get('/*', (request) => ({ page: request.url.length }))
    await using server = await startServer('roomkey', { prefix, prepare: addWildcard })
    const names = Array(50).fill('whoami').join(',')
    const batch = await fetch(`${server.url}/${names}?input=%7B%7D&batch=1`)
    await expect(batch.json()).resolves.toHaveLength(50)
    for (const path of [`/${names}`, `/${names}?batch=0`, `/deep/${names}?batch=1`]) {
      await expect((await fetch(server.origin + path)).json()).resolves.toEqual({ page: path.length })
    }
  })
})

describe('beside a wildcard of the host', () => {
  it.each(['/trpc', '/', null])("calls below %j are served, and the rest is the host's", async (prefix) => {
    const addWildcard = (app: FastifyInstance) => void app.get('/*', (request) => ({ page: request.url }))
    await using server = await startServer('roomkey', { prefix, prepare: addWildcard })
    expect((await fetch(`${server.url}/whoami`)).status).toBe(200)
    await expect((await fetch(`${server.origin}/pages/one`)).json()).resolves.toEqual({ page: '/pages/one' })
  })
})

describe('wrapped in fastify-plugin', () => {
  async function bodyOfHost(plugin: typeof roomkeyTRPCPlugin, prefix: string | undefined): Promise<unknown> {
    await using app = Fastify()
    app.post('/host', (request) => ({ got: request.body }))
    app.get('/broken', () => {
      throw new Error('broken')
    })
    app.setErrorHandler((error, _request, reply) => void reply.send({ hostError: (error as Error).message }))
    await app.register(fp(plugin), { ...(prefix === undefined ? {} : { prefix }), ...toOptions() })
    const url = prefix ?? ''
    expect((await app.inject(`${url}/whoami`)).json()).toEqual({ result: { data: null } })
    const added = await app.inject({ method: 'POST', url: `${url}/add`, payload: { a: 1, b: 2 } })
    expect(added.json()).toEqual({ result: { data: 3 } })
    expect((await app.inject('/broken')).json()).toEqual({ hostError: 'broken' })
    const text = await app.inject({
      method: 'POST',
      url: '/host',
      body: 'x',
      headers: { 'content-type': 'text/plain' },
    })
    expect(text.json()).toEqual({ got: 'x' })
    expect((await app.inject('/not/here')).statusCode).toBe(404)
    return (await app.inject({ method: 'POST', url: '/host', payload: { a: 1 } })).json()
  }

  /** `fastify-plugin` marks the function it is given for good, and other tests want it unmarked. */
  async function unmarked<TResult>(plugin: object, test: () => Promise<TResult>): Promise<TResult> {
    try {
      return await test()
    } finally {
      for (const mark of ['skip-override', 'fastify.display-name', 'plugin-meta']) {
        Reflect.deleteProperty(plugin, Symbol.for(mark))
      }
      Reflect.deleteProperty(plugin, 'default')
    }
  }

  it.each(['/trpc', undefined])('it serves below %j and leaves the host alone', async (prefix) => {
    const body = await unmarked(roomkeyTRPCPlugin, () => bodyOfHost(roomkeyTRPCPlugin, prefix))
    expect(body).toEqual({ got: { a: 1 } })
  })

  it.each(['/trpc', undefined])("by tRPC's name it does below %j as tRPC's does", async (prefix) => {
    const body = await unmarked(fastifyTRPCPlugin, () => bodyOfHost(fastifyTRPCPlugin, prefix))
    expect(body).toEqual({ got: '{"a":1}' })
  })

  it("by tRPC's name, unwrapped, it leaves the host alone", async () => {
    await using app = Fastify()
    app.post('/host', (request) => ({ got: request.body }))
    await app.register(fastifyTRPCPlugin, { prefix: '/trpc', ...toOptions() })
    expect((await app.inject('/trpc/whoami')).json()).toEqual({ result: { data: null } })
    expect((await app.inject({ method: 'POST', url: '/host', payload: { a: 1 } })).json()).toEqual({ got: { a: 1 } })
  })

  it('in a plugin of the host it serves below the prefix it is given', async () => {
    await using app = Fastify()
    app.post('/host', (request) => ({ got: request.body }))
    const wrapped = fp(async (host) => roomkeyTRPCPlugin(host, { prefix: '/trpc', ...toOptions() }))
    await app.register(wrapped)
    expect((await app.inject('/trpc/whoami')).json()).toEqual({ result: { data: null } })
    expect((await app.inject({ method: 'POST', url: '/host', payload: { a: 1 } })).json()).toEqual({ got: { a: 1 } })
  })
})
