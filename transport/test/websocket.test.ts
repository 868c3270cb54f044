import websocket from '@fastify/websocket'
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { TestRouter } from './router.ts'
import { KINDS, startServer } from './setup.ts'

describe.each(KINDS)('useWSS through the %s plugin', (kind) => {
  it('serves calls and subscriptions over WebSockets, beside HTTP', async () => {
    await using server = await startServer(kind, {
      useWSS: true,
      prepare: (app) => {
        void app.register(websocket)
        void app.register(async (scope) => {
          scope.get('/own', { websocket: true }, (socket) => {
            socket.on('message', (message: Buffer) => socket.send(message))
          })
        })
      },
    })
    const socket = createWSClient({ url: server.url.replace('http', 'ws'), WebSocket: WebSocket as never })
    const client = createTRPCClient<TestRouter>({ links: [wsLink({ client: socket })] })
    await expect(client.add.mutate({ a: 1, b: 2 })).resolves.toBe(3)
    const values = await new Promise<unknown[]>((resolve, reject) => {
      const seen: unknown[] = []
      client.mixed.subscribe(undefined, {
        onData: (value) => seen.push(value),
        onComplete: () => resolve(seen),
        onError: reject,
      })
    })
    expect(values).toHaveLength(5)
    expect((await fetch(`${server.url}/whoami`)).status).toBe(200)
    const own = new WebSocket(`${server.origin.replace('http', 'ws')}/own`)
    own.on('open', () => own.send('hi'))
    const echoed = await new Promise((resolve) => own.once('message', (text: Buffer) => resolve(text.toString())))
    expect(echoed).toBe('hi')
    own.close()
    await socket.close()
  })
})

describe('useWSS without @fastify/websocket', () => {
  it('is refused in words', async () => {
    await expect(startServer('roomkey', { useWSS: true })).rejects.toThrow('useWSS needs @fastify/websocket')
  })
})
