import { on, type EventEmitter } from 'node:events'
import { TRPCError, initTRPC, lazy, tracked } from '@trpc/server'
import { observable } from '@trpc/server/observable'
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify'
import { z } from 'zod'
import type { Broadcast } from '../src/index.ts'

/** What a test may look at from outside while calls run. */
export type Probe = {
  emitter: EventEmitter
  broadcast: Broadcast<{ n: number }>
  errors: { path: string | undefined; type: string; code: string; input: unknown; hasContext: boolean }[]
  contexts: { paths: string[]; accept: string | null; type: string; connectionParams: unknown }[]
  aborted: string[]
}

export type Context = { probe: Probe; user: string | null }

export function createContextFactory(probe: Probe) {
  return ({ req, info }: CreateFastifyContextOptions): Context => {
    probe.contexts.push({
      paths: info.calls.map(({ path }) => path),
      accept: info.accept,
      type: info.type,
      connectionParams: info.connectionParams,
    })
    if (req.headers['x-fail-context'] !== undefined) {
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'No context for you' })
    }
    const user = req.headers['x-user']
    return { probe, user: typeof user === 'string' ? user : null }
  }
}

type SseOptions = NonNullable<Parameters<ReturnType<typeof initTRPC.context<Context>>['create']>[0]>['sse']

export function createTestRouter(sse: SseOptions = {}) {
  const t = initTRPC.context<Context>().create({
    isDev: false,
    sse,
    errorFormatter: ({ shape, error, input }) => ({
      ...shape,
      data: { ...shape.data, input: input ?? null, cause: error.cause?.name ?? null },
    }),
  })

  const nested = t.router({ hello: t.procedure.query(() => 'from afar') })

  return t.router({
    echo: t.procedure.input(z.unknown()).query(({ input }) => ({ input: input ?? null })),
    whoami: t.procedure.query(({ ctx }) => ctx.user),
    nothing: t.procedure.query(() => undefined),
    ignoresInput: t.procedure.mutation(() => 'done'),
    greet: t.procedure
      .input(z.strictObject({ name: z.string().min(1) }))
      .output(z.object({ greeting: z.string() }))
      .query(({ input }) => ({ greeting: `Hello ${input.name}` })),
    add: t.procedure.input(z.object({ a: z.number(), b: z.number() })).mutation(({ input }) => input.a + input.b),
    fail: t.procedure
      .input(z.enum(['NOT_FOUND', 'CONFLICT', 'TOO_MANY_REQUESTS', 'INTERNAL_SERVER_ERROR']))
      .query(({ input: code }) => {
        throw new TRPCError({ code, message: `failed with ${code}` })
      }),
    crash: t.procedure.mutation(() => {
      throw new RangeError('a bug')
    }),
    badOutput: t.procedure.output(z.object({ n: z.number() })).query(() => ({ n: 'three' }) as never),
    promises: t.procedure.query(() => ({ now: 1, later: Promise.resolve(2) })),
    generator: t.procedure.query(async function* () {
      yield 1
      yield 2
    }),
    hang: t.procedure.input(z.string()).query(
      ({ input, signal, ctx: { probe } }) =>
        new Promise<void>((_resolve, reject) => {
          probe.emitter.emit('started', input)
          signal?.addEventListener('abort', () => {
            probe.aborted.push(input)
            probe.emitter.emit('aborted', input)
            reject(new DOMException('gone', 'AbortError'))
          })
        }),
    ),
    upload: t.procedure.input(z.instanceof(FormData)).mutation(({ input }) => Object.fromEntries(input.entries())),
    deep: { er: t.procedure.query(() => 'deep') },
    far: lazy(async () => ({ nested })),
    count: t.procedure
      .input(z.object({ to: z.number(), lastEventId: z.string().optional() }))
      .subscription(async function* ({ input }) {
        for (let n = Number(input.lastEventId ?? 0) + 1; n <= input.to; n++) yield tracked(String(n), { n })
      }),
    mixed: t.procedure.subscription(async function* () {
      yield 'before'
      yield tracked('1', 'one')
      yield 'between'
      yield undefined
      yield tracked('2', 'two')
    }),
    live: t.procedure.input(z.string()).subscription(async function* ({ input, signal, ctx: { probe } }) {
      try {
        probe.emitter.emit('started', input)
        for await (const [value] of on(probe.emitter, 'live', { signal })) yield value as unknown
      } finally {
        probe.aborted.push(input)
        probe.emitter.emit('aborted', input)
      }
    }),
    events: t.procedure.subscription(({ signal, ctx: { probe } }) => {
      probe.emitter.emit('started')
      return on(probe.emitter, 'live', { signal })
    }),
    breaks: t.procedure.subscription(async function* () {
      yield 1
      throw new TRPCError({ code: 'CONFLICT', message: 'broke' })
    }),
    observed: t.procedure.subscription(() =>
      observable<number>((observer) => {
        observer.next(1)
        observer.next(2)
        observer.complete()
      }),
    ),
    notAStream: t.procedure.subscription(() => 42 as never),
    feed: t.procedure
      .input(z.object({ lastEventId: z.string().optional() }).optional())
      .subscription(({ input, signal, ctx: { probe } }) =>
        probe.broadcast.subscribe({ lastEventId: input?.lastEventId, signal }),
      ),
  })
}

export type TestRouter = ReturnType<typeof createTestRouter>
