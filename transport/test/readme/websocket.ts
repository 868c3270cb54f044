import websocket from '@fastify/websocket'
import { initTRPC } from '@trpc/server'
import { roomkeyTRPCPlugin } from '@roomkey/trpc-fastify'
import Fastify from 'fastify'

const t = initTRPC.create()

export const app = Fastify()
await app.register(websocket)
await app.register(roomkeyTRPCPlugin, {
  prefix: '/trpc',
  useWSS: true,
  trpcOptions: { router: t.router({ ping: t.procedure.query(() => 'pong') }) },
})
