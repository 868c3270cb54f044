import { initTRPC } from '@trpc/server'
import { roomkeyTRPCPlugin, type CreateFastifyContextOptions } from '@roomkey/trpc-fastify'
import Fastify from 'fastify'
import { z } from 'zod'

const createContext = ({ req }: CreateFastifyContextOptions) => ({ user: req.headers['x-user'] ?? 'nobody' })
const t = initTRPC.context<ReturnType<typeof createContext>>().create()

export const appRouter = t.router({
  greet: t.procedure
    .input(z.object({ greeting: z.string() }))
    .query(({ input, ctx }) => `${input.greeting}, ${String(ctx.user)}`),
})

export const app = Fastify()
await app.register(roomkeyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router: appRouter, createContext } })
await app.listen({ port: Number(process.env['PORT'] ?? 3000) })
