import { TRPCError, initTRPC, type AnyTRPCProcedure } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { callProcedure } from './call-procedure.ts'

const t = initTRPC.context<{ trail: string[] }>().meta<{ name: string }>().create()

const traced = t.procedure.meta({ name: 'traced' }).use(async ({ ctx, meta, path, type, signal, next, batchIndex }) => {
  ctx.trail.push(`${meta?.name} ${path} ${type} ${signal?.aborted} ${batchIndex}`)
  const result = await next({ ctx: { extra: 1 } })
  ctx.trail.push(result.ok ? 'ok' : result.error.code)
  return result
})

const procedures = {
  plain: t.procedure.query(() => 'plain'),
  layered: traced
    .input(z.object({ a: z.number() }))
    .use(({ next, input, ctx }) => next({ ctx: { sum: input.a + ctx.extra } }))
    .input(z.object({ b: z.number().default(5) }))
    .output(z.object({ total: z.number() }))
    .mutation(({ input, ctx }) => ({ total: input.a + input.b + ctx.sum, dropped: true })),
  replaced: t.procedure
    .use(({ next }) => next({ getRawInput: async () => 'other' } as never))
    .input(z.string())
    .query(({ input }) => input),
  awaited: t.procedure.input(z.string().refine(async (name) => name !== 'taken')).query(({ input }) => input),
  throws: traced.query(() => {
    throw new RangeError('bug')
  }),
  recovered: t.procedure
    .use(async ({ next }) => {
      const result = await next()
      if (!result.ok) throw new TRPCError({ code: 'CONFLICT', message: `was ${result.error.message}` })
      return result
    })
    .query(() => {
      throw new Error('lost')
    }),
  forgetful: t.procedure.use((async () => {}) as never).query(() => 'never'),
  wrapped: t.procedure
    .experimental_caller(async ({ args, invoke }) => `wrapped ${String(await invoke(args[0] as never))}`)
    .query(() => 'inner'),
}

type Name = keyof typeof procedures

async function outcome(call: (options: object) => Promise<unknown>, input: unknown): Promise<unknown> {
  const trail: string[] = []
  const options = {
    ctx: { trail },
    getRawInput: async () => input,
    path: 'a.b',
    type: 'query',
    signal: AbortSignal.abort(),
    batchIndex: 3,
  }
  try {
    return { data: await call(options), trail }
  } catch (error) {
    const { name, message, code, cause } = error as TRPCError
    return { name, message, code, cause: cause?.name, trail }
  }
}

describe('calling a procedure', () => {
  it.each<[Name, unknown]>([
    ['plain', undefined],
    ['layered', { a: 1 }],
    ['layered', { a: 1, b: 2 }],
    ['layered', { a: 'x' }],
    ['replaced', 'own'],
    ['awaited', 'free'],
    ['awaited', 'taken'],
    ['throws', undefined],
    ['recovered', undefined],
    ['forgetful', undefined],
    ['wrapped', undefined],
  ])('does with %s and %j what the procedure does itself', async (name, input) => {
    const procedure = procedures[name] as (options: never) => Promise<unknown>
    const expected = await outcome((options) => procedure(options as never), input)
    const actual = await outcome(
      (options) => callProcedure(procedure as unknown as AnyTRPCProcedure, options as never),
      input,
    )
    expect(actual).toEqual(expected)
  })

  it('gets as far as it should', async () => {
    const { data } = (await outcome((o) => callProcedure(procedures.layered, o as never), { a: 1 })) as {
      data: unknown
    }
    expect(data).toEqual({ total: 8 })
    await expect(
      outcome((o) => callProcedure(procedures.wrapped as unknown as AnyTRPCProcedure, o as never), 0),
    ).resolves.toMatchObject({
      data: 'wrapped inner',
    })
  })
})
