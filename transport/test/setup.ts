import { EventEmitter } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fastifyTRPCPlugin, type FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { createBroadcast, roomkeyTRPCPlugin } from '../src/index.ts'
import { createContextFactory, createTestRouter, type Probe, type TestRouter } from './router.ts'

export type Kind = 'stock' | 'roomkey'
/** tRPC's own plugin is the measure, but an old version of it has errors that were mended since. */
export const KINDS: Kind[] = process.env['PEERS'] === 'oldest' ? ['roomkey'] : ['stock', 'roomkey']

type TrpcOptions = FastifyTRPCPluginOptions<TestRouter>['trpcOptions']
export type Options = {
  sse?: Parameters<typeof createTestRouter>[0]
  trpc?: Partial<TrpcOptions>
  fastify?: FastifyServerOptions
  prepare?: (app: FastifyInstance) => void
  /** Where the router is served; default `/trpc`, `null` for nowhere in particular. */
  prefix?: string | null
  useWSS?: boolean
}

export type TestServer = AsyncDisposable & {
  origin: string
  url: string
  app: FastifyInstance
  probe: Probe
  port: number
}

/** What both plugins take, for a router whose procedures are watched by `probe`. */
export function toOptions({ sse, trpc }: Options = {}, probe = createProbe()): FastifyTRPCPluginOptions<TestRouter> {
  return {
    trpcOptions: {
      router: createTestRouter(sse),
      createContext: createContextFactory(probe),
      onError: ({ error, path, type, input, ctx }) => {
        probe.errors.push({ path, type, code: error.code, input, hasContext: ctx !== undefined })
      },
      ...trpc,
    },
  }
}

function createProbe(): Probe {
  const emitter = new EventEmitter().setMaxListeners(0)
  return { emitter, broadcast: createBroadcast(), errors: [], contexts: [], aborted: [] }
}

/** The same router behind the stock plugin or ours, on a port of its own. */
export async function startServer(kind: Kind, options: Options = {}): Promise<TestServer> {
  const { fastify, prepare, prefix = '/trpc', useWSS = false } = options
  const probe = createProbe()
  const app = Fastify({ forceCloseConnections: true, ...(fastify as object) })
  prepare?.(app)
  const plugin: typeof fastifyTRPCPlugin = kind === 'stock' ? fastifyTRPCPlugin : roomkeyTRPCPlugin
  await app.register(plugin, { ...(prefix === null ? {} : { prefix }), useWSS, ...toOptions(options, probe) })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    url: `${origin}/${prefix ?? ''}`.replaceAll(/(?<!:)\/+/g, '/').replace(/\/$/, ''),
    port,
    app,
    probe,
    [Symbol.asyncDispose]: async () => {
      probe.broadcast.close()
      await app.close()
    },
  }
}

/** Sends a request byte for byte and reads until the server closes or `until` is seen. */
export function sendRaw(port: number, text: string, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let received = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      const seen = received.length
      received += chunk
      // From a little before the new part only: a long response is not searched again for every chunk.
      if (until !== undefined && received.indexOf(until, seen - until.length) !== -1) socket.destroy()
    })
    socket.on('close', () => resolve(received)).on('error', reject)
  })
}

/** Waits for an event, no longer than a deadline. */
export async function eventOf(
  emitter: Pick<EventEmitter, 'once' | 'off'>,
  name: string,
  deadlineMs = 5000,
): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const timer = setTimeout(() => reject(new Error(`no "${name}" within ${deadlineMs} ms`)), deadlineMs)
  emitter.once(name, resolve)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    emitter.off(name, resolve)
  }
}
