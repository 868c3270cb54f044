import { TRPCError, initTRPC, tracked } from '@trpc/server'
import { octetInputParser } from '@trpc/server/http'
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify'
import { z } from 'zod'

type Context = { user: string | undefined; connectionParams: unknown; attempts: Map<string, number> }

/** Every code that tRPC knows and an error on the server can have. */
export const CODES = [
  'PARSE_ERROR',
  'BAD_REQUEST',
  'INTERNAL_SERVER_ERROR',
  'NOT_IMPLEMENTED',
  'BAD_GATEWAY',
  'SERVICE_UNAVAILABLE',
  'GATEWAY_TIMEOUT',
  'UNAUTHORIZED',
  'PAYMENT_REQUIRED',
  'FORBIDDEN',
  'NOT_FOUND',
  'METHOD_NOT_SUPPORTED',
  'TIMEOUT',
  'CONFLICT',
  'PRECONDITION_FAILED',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNPROCESSABLE_CONTENT',
  'PRECONDITION_REQUIRED',
  'TOO_MANY_REQUESTS',
  'CLIENT_CLOSED_REQUEST',
] as const

/** Instants travel as themselves: what JSON would make text of, on both ways. */
const transformer = {
  serialize: (value: unknown) => ({ json: value, dates: datesOf(value) }),
  deserialize: ({ json, dates }: { json: Record<string, unknown>; dates: string[] }) =>
    dates.length === 0
      ? json
      : { ...json, ...Object.fromEntries(dates.map((key) => [key, new Date(String(json[key]))])) },
}

function datesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, field]) => (field instanceof Date ? [key] : []))
}

export { transformer }

/** What an application might ask of tRPC's links; counts attempts for itself. */
export function createLinkRouter({ isTransformed = false } = {}) {
  const t = initTRPC.context<Context>().create({
    isDev: false,
    ...(isTransformed ? { transformer: transformer as never } : {}),
    errorFormatter: ({ shape, error, type, path, input, ctx }) => ({
      ...shape,
      message: `${shape.message}!`,
      data: {
        ...shape.data,
        seen: { type, path, input: input instanceof FormData ? 'form' : input, user: ctx?.user },
        issues: error.cause instanceof z.ZodError ? error.cause.issues.map(({ message }) => message) : null,
        reason: error.cause instanceof Error && 'reason' in error.cause ? error.cause.reason : null,
      },
    }),
  })

  const countAttempt = ({ attempts }: Context, name: string): number => {
    const count = (attempts.get(name) ?? 0) + 1
    attempts.set(name, count)
    return count
  }

  const Flaky = z.object({ name: z.string(), failures: z.number(), code: z.enum(CODES) })
  const flaky = ({ ctx, input }: { ctx: Context; input: z.infer<typeof Flaky> }): number => {
    const attempt = countAttempt(ctx, input.name)
    if (attempt <= input.failures) throw new TRPCError({ code: input.code, message: `attempt ${attempt}` })
    return attempt
  }

  return t.router({
    echo: t.procedure.input(z.unknown()).query(({ input }) => input ?? null),
    size: t.procedure.input(z.string()).query(({ input }) => input.length),
    set: t.procedure.input(z.object({ n: z.number().max(9, 'too many') })).mutation(({ input }) => input.n),
    user: t.procedure.query(({ ctx }) => ctx.user ?? null),
    day: t.procedure.input(z.object({ at: z.date() })).query(({ input }) => ({ at: input.at, next: new Date(0) })),
    fail: t.procedure.input(z.enum(CODES)).query(({ input: code }) => {
      throw new TRPCError({ code, message: code, cause: Object.assign(new Error('inside'), { reason: 'odd' }) })
    }),
    flakyQuery: t.procedure.input(Flaky).query(flaky),
    flakyMutation: t.procedure.input(Flaky).mutation(flaky),

    form: t.procedure
      .input(z.instanceof(FormData))
      .mutation(async ({ input }) =>
        Promise.all(
          [...input.entries()].map(async ([name, value]) =>
            typeof value === 'string' ? [name, value] : [name, value.name, value.type, value.size, await value.text()],
          ),
        ),
      ),
    strictForm: t.procedure
      .input(
        z
          .instanceof(FormData)
          .transform((form) => Object.fromEntries(form.entries()))
          .pipe(z.object({ name: z.string().min(3, 'too short') })),
      )
      .mutation(({ input }) => input),
    unread: t.procedure.mutation(() => 'unread'),
    bytes: t.procedure.input(octetInputParser).mutation(async ({ input }) => {
      const bytes = Buffer.from(await new Response(input).arrayBuffer())
      return { size: bytes.length, sum: bytes.reduce((sum, byte) => (sum + byte) % 65_521, 0) }
    }),

    late: t.procedure.query(() => ({ now: 1, later: Promise.resolve('then'), never: rejected('broken') })),
    steps: t.procedure.input(z.number()).query(async function* ({ input }) {
      for (let n = 1; n <= 3; n++) {
        if (n === input) throw new TRPCError({ code: 'CONFLICT', message: `at ${n}` })
        yield n
      }
    }),

    ticks: t.procedure
      .input(z.object({ to: z.number(), lastEventId: z.string().optional() }))
      .subscription(async function* ({ input, ctx }) {
        yield tracked('0', { params: ctx.connectionParams, after: input.lastEventId ?? null })
        for (let n = 1; n <= input.to; n++) yield tracked(String(n), { n })
      }),
    interrupted: t.procedure
      .input(z.object({ code: z.enum(CODES), lastEventId: z.string().optional() }))
      .subscription(async function* ({ input }) {
        if (input.lastEventId !== undefined) {
          yield tracked('9', `after ${input.lastEventId}`)
          return
        }
        yield tracked('1', 'first')
        throw new TRPCError({ code: input.code, message: 'interrupted' })
      }),
  })
}

export type LinkRouter = ReturnType<typeof createLinkRouter>

export function createLinkContext() {
  const attempts = new Map<string, number>()
  return ({ req, info }: CreateFastifyContextOptions): Context => {
    const user = req.headers['x-user']
    if (user === 'nobody') throw new TRPCError({ code: 'UNAUTHORIZED', message: 'no context' })
    return {
      user: typeof user === 'string' ? user : undefined,
      connectionParams: info.connectionParams,
      attempts,
    }
  }
}

function rejected(message: string): Promise<never> {
  const promise = Promise.reject(new TRPCError({ code: 'BAD_GATEWAY', message }))
  // It is read when it is its turn on the wire.
  promise.catch(() => undefined)
  return promise
}
