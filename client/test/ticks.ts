import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { subscription } from '@roomkey/shared'
import type { RouterOf } from '@roomkey/shared/trpc'
import { roomkeyTRPCPlugin } from '@roomkey/trpc-fastify'
import { initTRPC, tracked } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'
import Fastify from 'fastify'
import { z } from 'zod'
import { createTransport, type RoomkeyClientOptions } from '../src/client.ts'
import type { SubscribeOptions } from '../src/call-options.ts'
import { createMethods } from '../src/methods.ts'
import { Failure } from './backend.ts'

const TickSchema = z.object({ id: z.string(), count: z.int() })
export interface Tick extends z.output<typeof TickSchema> {}

const WatchInputSchema = z.strictObject({ from: z.int().default(1), lastEventId: z.string().optional() }).prefault({})
export interface WatchInput extends NonNullable<z.input<typeof WatchInputSchema>> {}

/** A contract on trial: one subscription, as any other procedure. */
export const trial = {
  ticks: {
    watch: subscription<WatchInput | undefined, Tick>()({
      input: WatchInputSchema,
      output: TickSchema,
      summary: 'Counts',
      errors: ['ROOM_NOT_FOUND'],
      http: { method: 'GET', path: '/ticks' },
    }),
  },
}
export type Trial = typeof trial

/** The methods of the trial's client. */
export interface TrialCalls {
  readonly ticks: { watch: (input?: WatchInput, options?: SubscribeOptions) => AsyncIterable<Tick> }
}

export function createTrialClient(options: RoomkeyClientOptions): TrialCalls {
  return createMethods({ ticks: { watch: trial.ticks.watch.kind } }, createTransport(options)) as TrialCalls
}

/** What a subscriber is told, from `first` on. */
export type Watch = (call: {
  first: number
  headers: IncomingHttpHeaders
  signal: AbortSignal
}) => AsyncIterable<number> | Promise<AsyncIterable<number>>

export type Ticks = AsyncDisposable & { url: string; requests: IncomingMessage[]; cutAll: () => void }

/** Hosts of tRPC: its own, and ours. */
export const HOSTS = ['tRPC’s own server', 'the transport of Roomkey'] as const

/** A server of the trial contract, whose numbers come from `watch`. `intercept` may answer a request itself. */
export async function serveTicks(
  watch: Watch,
  {
    host = HOSTS[0],
    maxSilenceMs,
    intercept = () => false,
  }: {
    host?: (typeof HOSTS)[number]
    maxSilenceMs?: number
    intercept?: (request: IncomingMessage, response: ServerResponse, count: number) => boolean
  } = {},
): Promise<Ticks> {
  const router = createRouter(watch, maxSilenceMs)
  const requests: IncomingMessage[] = []
  const app = Fastify({ forceCloseConnections: true })
  const createContext = ({ req }: { req: { headers: IncomingHttpHeaders } }) => ({ headers: req.headers })
  if (host === HOSTS[1]) {
    app.addHook('onRequest', async ({ raw }) => void requests.push(raw))
    await app.register(roomkeyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router, createContext } })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return { url, requests, cutAll: () => app.server.closeAllConnections(), [Symbol.asyncDispose]: () => app.close() }
  }
  const handle = createHTTPHandler({ router, basePath: '/trpc/', createContext, onError: () => undefined })
  const server = createServer((request, response) => {
    requests.push(request)
    if (!intercept(request, response, requests.length)) handle(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    cutAll: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

type Context = { headers: IncomingHttpHeaders }

function createRouter(watch: Watch, maxSilenceMs: number | undefined): RouterOf<Trial, Context> {
  const t = initTRPC.context<Context>().create({
    sse: { ...(maxSilenceMs !== undefined && { client: { reconnectAfterInactivityMs: maxSilenceMs } }) },
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      data: {
        ...shape.data,
        roomkey: { requestId: 'req-1', code: 'INTERNAL_ERROR' as const, ...(error instanceof Failure && error.data) },
      },
    }),
  })
  return t.router({
    ticks: {
      watch: t.procedure.input(trial.ticks.watch.input ?? z.never()).subscription(async function* ({
        input,
        ctx: { headers },
        signal = new AbortController().signal,
      }) {
        const first = input.lastEventId === undefined ? input.from : Number(input.lastEventId) + 1
        for await (const count of await watch({ first, headers, signal })) {
          yield tracked(`${count}`, { id: `${count}`, count })
        }
      }),
    },
  })
}
