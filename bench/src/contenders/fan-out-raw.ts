import type { AddressInfo } from 'node:net'
import { createEvent, publishAll } from './fan-out-router.ts'
import { addRawStreams } from './raw-streams.ts'
import { serve } from './serve.ts'

/** Raw writes: a Fastify route that keeps responses in a set, and one string for all of them. */
export const fanOutRaw = { name: 'raw', title: 'raw writes', url: import.meta.url, path: '/events' }

if (import.meta.main) {
  await serve(async (port) => {
    const { default: Fastify } = await import('fastify')
    let id = 0
    const app = Fastify()
    const streams = addRawStreams(app)
    await app.listen({ port, host: '127.0.0.1', backlog: 4096 })
    return {
      port: (app.server.address() as AddressInfo).port,
      commands: { publish: (argument) => publishAll(publish, argument), count: () => streams.count() },
    }

    function publish(): void {
      streams.write(++id, createEvent())
    }
  })
}
