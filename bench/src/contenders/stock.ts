import type { AddressInfo } from 'node:net'
import type { Contender } from '../contender.ts'
import { roomkey } from './roomkey.ts'
import { serve } from './serve.ts'

/** The same procedures, validation and signing, on tRPC's own Fastify plugin. */
export const stock: Contender = { ...roomkey, name: 'stock', title: 'tRPC stock plugin', url: import.meta.url }

if (import.meta.main) {
  await serve(async (port) => {
    const { createRoomkey, parseConfig } = await import('@roomkey/server')
    const { fastifyTRPCPlugin } = await import('@trpc/server/adapters/fastify')
    const { default: Fastify } = await import('fastify')
    const { fromFastify } = await import('@roomkey/server')
    // The stock plugin needs long parameters for batches: its documentation says so.
    const app = Fastify({ routerOptions: { maxParamLength: 5000 } })
    const built = createRoomkey(parseConfig(process.env), { log: app.log })
    await app.register(fastifyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: {
        router: built.router,
        createContext: ({ req }: { req: Parameters<typeof fromFastify>[0] }) => built.createContext(fromFastify(req)),
      },
    })
    await app.listen({ port, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port }
  })
}
