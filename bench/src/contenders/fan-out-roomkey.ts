import type { AddressInfo } from 'node:net'
import { createEvent, createFanOutRouter, publishAll } from './fan-out-router.ts'
import { serve } from './serve.ts'

/** Roomkey's transport and broadcast. */
export const fanOutRoomkey = { name: 'roomkey', title: 'Roomkey', url: import.meta.url, path: '/trpc/events' }

if (import.meta.main) {
  await serve(async (port) => {
    const { createBroadcast, roomkeyTRPCPlugin } = await import('@roomkey/server')
    const { default: Fastify } = await import('fastify')
    const broadcast = createBroadcast()
    const app = Fastify()
    await app.register(roomkeyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: { router: createFanOutRouter((options) => broadcast.subscribe(options)) },
    })
    await app.listen({ port, host: '127.0.0.1', backlog: 4096 })
    return {
      port: (app.server.address() as AddressInfo).port,
      commands: {
        publish: (argument) => publishAll(() => broadcast.publish(createEvent()), argument),
        count: () => broadcast.subscriberCount,
      },
    }
  })
}
