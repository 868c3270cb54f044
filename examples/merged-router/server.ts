import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  appRouter,
  callers,
  createNodeHandler,
  createRoomkey,
  formatError,
  fromNode,
  parseConfig,
} from '@roomkey/server'
import type { Authenticate, Context } from '@roomkey/server'
import { initTRPC } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'

// The team's own sessions, in place of a sign-in by JWT.
const sessions = new Map([['s3cret', { id: 'ann', name: 'Ann Smith', tenant: 'acme' }]])
const findSession = (cookie: unknown) => sessions.get(/(?:^|; )session=(\w+)/.exec(String(cookie))?.[1] ?? '')
const authenticate: Authenticate = ({ headers }) => {
  const session = findSession(headers['cookie'])
  return session && callers.user(session.id, { name: session.name })
}
const roomkey = createRoomkey(parseConfig(process.env, { hasSignIn: true }), { authenticate, log: console })

// The team's own context adds to Roomkey's.
const t = initTRPC.context<Context & { tenant: string | undefined }>().create({ errorFormatter: formatError })
const router = t.router({ video: appRouter, tenant: t.procedure.query(({ ctx }) => ctx.tenant ?? 'none') })
const createContext = async ({ req }: { req: IncomingMessage }) => ({
  ...(await roomkey.createContext(fromNode(req, { requestId: randomUUID(), log: console }))),
  tenant: findSession(req.headers.cookie)?.tenant,
})

const trpc = createHTTPHandler({ router, basePath: '/trpc/', createContext, maxBatchSize: 50 })
// Where Twilio reports to.
const video = createNodeHandler(roomkey, { prefix: '/video' })
const server = createServer((request, response) =>
  request.url?.startsWith('/video/') ? video(request, response) : trpc(request, response),
)
roomkey.serveSignaling(server)
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
