import { initTRPC } from '@trpc/server'
import { createBroadcast, roomkeyTRPCPlugin } from '@roomkey/trpc-fastify'
import Fastify from 'fastify'
import { z } from 'zod'

const t = initTRPC.create()
const headlines = createBroadcast<{ text: string }>()

const appRouter = t.router({
  headlines: t.procedure
    .input(z.object({ lastEventId: z.string().optional() }).optional())
    .subscription(({ input, signal }) => headlines.subscribe({ lastEventId: input?.lastEventId, signal })),
  publish: t.procedure.input(z.string()).mutation(({ input }) => ({ id: headlines.publish({ text: input }) })),
})

export const app = Fastify()
await app.register(roomkeyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router: appRouter } })
