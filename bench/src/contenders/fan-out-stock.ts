import type { AddressInfo } from 'node:net'
import { createEmitterSource, createFanOutRouter, publishAll } from './fan-out-router.ts'
import { serve } from './serve.ts'

/** A tRPC subscription on the stock plugin. */
export const fanOutStock = { name: 'stock', title: 'tRPC stock plugin', url: import.meta.url, path: '/trpc/events' }

if (import.meta.main) {
  await serve(async (port) => {
    const { fastifyTRPCPlugin } = await import('@trpc/server/adapters/fastify')
    const { default: Fastify } = await import('fastify')
    const source = createEmitterSource()
    const app = Fastify()
    await app.register(fastifyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: { router: createFanOutRouter((options) => source.subscribe(options)) },
    })
    await app.listen({ port, host: '127.0.0.1', backlog: 4096 })
    return {
      port: (app.server.address() as AddressInfo).port,
      commands: { publish: (argument) => publishAll(source.publish, argument), count: source.count },
    }
  })
}
