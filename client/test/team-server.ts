import { appRouter, buildApp, fromFastify, parseConfig, roomkeyTRPCPlugin, type Context } from '@roomkey/server'
import { initTRPC, TRPCError } from '@trpc/server'
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify'

// A team's own tRPC server, whose context adds to Roomkey's, and whose router has Roomkey's merged in.
const t = initTRPC.context<Context & { tenant: string }>().create()

const teamRouter = t.router({
  video: appRouter,
  deep: t.router({ video: appRouter }),
  tenant: t.procedure.query(({ ctx }) => ctx.tenant),
  fails: t.procedure.query((): string => {
    throw new TRPCError({ code: 'CONFLICT', message: 'theirs' })
  }),
})
export type TeamRouter = typeof teamRouter

export type TeamServer = AsyncDisposable & {
  /** Where Roomkey stands alone. */
  url: string
  /** Where it is part of the team's router, `/trpc` left out. */
  teamUrl: string
  app: ReturnType<typeof buildApp>
  /** The addresses of requests to it so far. */
  requested: string[]
  /** Requests that follow events, and are open. */
  streams: ReadonlySet<unknown>
}

/** A real server with the emulator inside, Roomkey merged into a team's router on it, and nothing counted. */
export async function serveTeam(env: Record<string, string> = {}): Promise<TeamServer> {
  const app = buildApp(
    parseConfig({ LOG_LEVEL: 'silent', DATA_DIR: ':memory:', MAX_EVENT_LOOP_DELAY_MS: 'off', ...env }),
  )
  const requested: string[] = []
  app.addHook('onRequest', async ({ url }) => {
    if (url.startsWith('/team/')) requested.push(url)
  })
  const streams = new Set<unknown>()
  app.addHook('onRequest', async ({ url, raw }, { raw: response }) => {
    if (!url.includes('events.follow') || raw.method !== 'GET') return
    streams.add(response)
    response.on('close', () => streams.delete(response))
  })
  await app.register(roomkeyTRPCPlugin, {
    prefix: '/team/trpc',
    trpcOptions: {
      router: teamRouter,
      createContext: async ({ req }: CreateFastifyContextOptions) => ({
        ...(await app.roomkey.createContext(fromFastify(req))),
        tenant: 'acme',
      }),
    },
  })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { url, teamUrl: `${url}/team`, app, requested, streams, [Symbol.asyncDispose]: () => app.close() }
}
