import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { createTRPCClient, createWSClient, httpBatchLink, wsLink } from '@trpc/client'
import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyInstance } from 'fastify'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { appRouter } from './readme/serve.ts'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
const opened: FastifyInstance[] = []

afterAll(async () => {
  vi.unstubAllEnvs()
  await Promise.all(opened.map((app) => app.close()))
})

async function run(name: string): Promise<{ app: FastifyInstance; url: string }> {
  vi.stubEnv('PORT', '0')
  const { app } = (await import(`./readme/${name}.ts`)) as { app: FastifyInstance }
  opened.push(app)
  if (!app.server.listening) await app.listen({ port: 0 })
  return { app, url: `http://localhost:${(app.server.address() as AddressInfo).port}/trpc` }
}

describe('the snippets of README', () => {
  it('are the files that run here, word for word', async () => {
    const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code)
    const files = ['serve', 'websocket', 'broadcast', 'event-streams'].map((name) =>
      readFile(new URL(`readme/${name}.ts`, import.meta.url), 'utf8'),
    )
    expect(snippets).toEqual(await Promise.all(files))
  })

  it('serve a router', async () => {
    const { url } = await run('serve')
    const client = createTRPCClient<typeof appRouter>({
      links: [httpBatchLink({ url, headers: { 'x-user': 'Ada' } })],
    })
    await expect(client.greet.query({ greeting: 'Hello' })).resolves.toBe('Hello, Ada')
  })

  it('broadcast to subscribers', async () => {
    const { url } = await run('broadcast')
    const headers = { 'content-type': 'application/json' }
    const published = await fetch(`${url}/publish`, { method: 'POST', headers, body: '"first"' })
    const { result } = (await published.json()) as { result: { data: { id: string } } }
    const { body } = await fetch(`${url}/headlines?lastEventId=unknown`)
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('id:')) text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    expect(text).toBe(`event: connected\ndata: {}\n\n\ndata: {"text":"first"}\nid: ${result.data.id}\n\n\n`)
  })

  it('send the same events from a route', async () => {
    const { url } = await run('event-streams')
    const { headlines } = await import('./readme/event-streams.ts')
    const [seen, next] = ['seen', 'next'].map((text) => headlines.publish({ text }))
    const { body } = await fetch(url.replace('/trpc', '/headlines'), { headers: { 'last-event-id': String(seen) } })
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('id:')) text += (await reader?.read())?.value ?? ''
    await reader?.cancel()
    expect(text).toBe(`:\n\ndata: {"text":"next"}\nid: ${next}\n\n\n`)
  })

  it('serve WebSockets', async () => {
    const { url } = await run('websocket')
    const socket = createWSClient({ url: url.replace('http', 'ws'), WebSocket: WebSocket as never })
    const client = createTRPCClient<AnyTRPCRouter>({ links: [wsLink({ client: socket })] }) as unknown as {
      ping: { query(): Promise<string> }
    }
    await expect(client.ping.query()).resolves.toBe('pong')
    await socket.close()
  })
})
