import { roomkeyTRPCPlugin } from '@roomkey/trpc-fastify'
import { initTRPC } from '@trpc/server'
import Fastify from 'fastify'

const t = initTRPC.create()
const router = t.router({
  greet: t.procedure.query(() => 'hello'),
  count: t.procedure.subscription(async function* () {
    yield* [1, 2, 3]
  }),
})
const app = Fastify()
await app.register(roomkeyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router } })
const url = `${await app.listen({ port: 0, host: '127.0.0.1' })}/trpc`

const { result } = await (await fetch(`${url}/greet`)).json()
const events = await (await fetch(`${url}/count`, { headers: { accept: 'text/event-stream' } })).text()
console.log(result.data, ...[...events.matchAll(/^data: (\d)$/gm)].map(([, data]) => data))
await app.close()
