import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { appRouter, createNodeHandler, createRoomkey, formatError, fromNode, parseConfig } from '@roomkey/server'
import type { Context } from '@roomkey/server'
import { initTRPC } from '@trpc/server'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express from 'express'

const roomkey = createRoomkey(parseConfig(process.env), { log: console })

// Roomkey's procedures beside the app's own: `video.rooms.create`, `hello`.
const t = initTRPC.context<Context>().create({ errorFormatter: formatError })
const router = t.router({ video: appRouter, hello: t.procedure.query(({ ctx }) => `Hello, ${ctx.caller.kind}`) })

const app = express()
// Before express.json(): Roomkey reads bodies itself. Twilio's status callbacks come here too.
app.use('/video', createNodeHandler(roomkey))
app.use(
  '/trpc',
  createExpressMiddleware({
    router,
    createContext: ({ req }) => roomkey.createContext(fromNode(req, { requestId: randomUUID(), log: console })),
    maxBatchSize: 50,
  }),
)
app.get('/', (_request, response) => void response.send('Our product'))

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
roomkey.serveSignaling(server)
