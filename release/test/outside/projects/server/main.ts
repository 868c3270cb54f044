import { createEmulator, type Emulator } from '@roomkey/emulator'
import {
  appRouter,
  buildApp,
  createRoomkey,
  formatError,
  fromFetch,
  isAllowed,
  isVideoError,
  parseConfig,
  roomkeyPlugin,
  type AppOverrides,
  type AppRouter,
  type Caller,
  type Context,
  type Roomkey,
} from '@roomkey/server'
import { createBroadcast, roomkeyTRPCPlugin } from '@roomkey/trpc-fastify'
import { initTRPC, type inferRouterInputs } from '@trpc/server'
import Fastify from 'fastify'

const overrides: AppOverrides = {
  authorize: (question) => question.caller.kind === 'service' || isAllowed(question),
  now: () => Date.now(),
}
const config = parseConfig(process.env)
const roomkey: Roomkey = createRoomkey(config, overrides)
export const whole = buildApp(config, overrides)
export const name = (caller: Caller): string => (caller.kind === 'user' ? caller.identity : caller.kind)

const t = initTRPC.context<Context & { tenant: string }>().create({ errorFormatter: formatError })
const broadcast = createBroadcast<{ text: string }>()
export const router = t.router({
  video: appRouter,
  tenant: t.procedure.query(({ ctx }) => ctx.tenant),
  news: t.procedure.subscription(({ signal }) => broadcast.subscribe({ signal })),
})

const app = Fastify()
await app.register(roomkeyPlugin, { prefix: '/video', roomkey })
await app.register(roomkeyTRPCPlugin, {
  prefix: '/mine',
  trpcOptions: {
    router,
    createContext: async () => ({
      ...(await roomkey.createContext(fromFetch(new Request('http://localhost'), { requestId: '1', log: console }))),
      tenant: 'acme',
    }),
  },
})

export const input: inferRouterInputs<AppRouter>['rooms']['create'] = { roomName: 'standup' }
export const emulator: Emulator = await createEmulator({ port: 0 })
export const code = (error: unknown) => (isVideoError(error) ? error.code : undefined)
