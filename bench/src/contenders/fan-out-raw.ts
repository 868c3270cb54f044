import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createEvent, publishAll } from './fan-out-router.ts'
import { serve } from './serve.ts'

/** Raw writes: a Fastify route that keeps responses in a set, and one string for all of them. */
export const fanOutRaw = { name: 'raw', title: 'raw writes', url: import.meta.url, path: '/events' }

if (import.meta.main) {
  await serve(async (port) => {
    const { default: Fastify } = await import('fastify')
    const responses = new Set<ServerResponse>()
    let id = 0
    const app = Fastify()
    app.get('/events', (_request, reply) => {
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
      raw.write('event: connected\ndata: {}\n\n')
      responses.add(raw)
      raw.on('close', () => responses.delete(raw))
    })
    await app.listen({ port, host: '127.0.0.1', backlog: 4096 })
    return {
      port: (app.server.address() as AddressInfo).port,
      commands: { publish: (argument) => publishAll(publish, argument), count: () => responses.size },
    }

    function publish(): void {
      const frame = Buffer.from(`data: ${JSON.stringify(createEvent())}\nid: ${++id}\n\n`)
      for (const response of responses) response.write(frame)
    }
  })
}
