import { TRPCError, getTRPCErrorFromUnknown, type AnyTRPCProcedure } from '@trpc/server'
import { isObservable } from '@trpc/server/observable'

/** What a procedure is called with. */
export type CallOptions = Parameters<AnyTRPCProcedure>[0]

type MiddlewareResult = { ok: boolean; data?: unknown; error?: unknown; marker?: string; ctx?: unknown } | undefined
type NextOptions = { ctx?: object; input?: unknown; getRawInput?: CallOptions['getRawInput'] } | undefined
type Middleware = ((options: object) => Promise<MiddlewareResult>) & { _type?: string }
type Definition = {
  middlewares?: unknown
  resolver?: (options: object) => unknown
  experimental_caller?: boolean
  caller?: unknown
  meta: unknown
}
/** What the middlewares of one procedure have in common. */
type Chain = { middlewares: readonly Middleware[]; resolver: Definition['resolver']; meta: unknown }

/**
 * Calls a procedure by running its middlewares, as the procedure itself would. tRPC's published code spreads
 * objects through a helper for old engines, at every middleware and every `next`, which takes longer than all else
 * about a call; here each gets one plain object. A procedure of a kind not known here is called as it is.
 */
export async function callProcedure(procedure: AnyTRPCProcedure, options: CallOptions): Promise<unknown> {
  const definition: Definition = procedure._def
  const { middlewares, resolver, meta } = definition
  if (!Array.isArray(middlewares) || definition.experimental_caller === true || definition.caller != null) {
    return procedure(options)
  }
  const result = await runFrom(0, { middlewares: middlewares as Middleware[], resolver, meta }, options)
  if (result == null) {
    throw new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'No result from middlewares - did you forget to `return next()`?',
    })
  }
  if (!result.ok) throw result.error
  return result.data
}

async function runFrom(index: number, chain: Chain, options: CallOptions): Promise<MiddlewareResult> {
  const { middlewares, resolver, meta } = chain
  const { ctx, type, path, input, getRawInput, signal, batchIndex } = options
  try {
    if (index === middlewares.length - 1 && resolver !== undefined) {
      // The last middleware does this and nothing else.
      const data = await resolver({ ctx, type, path, input, getRawInput, signal, batchIndex, meta })
      return { marker: MARKER, ok: true, data, ctx }
    }
    const middleware = middlewares[index] as Middleware
    if (middleware._type === 'errors') {
      const result = await runFrom(index + 1, chain, options)
      return mayHoldErrors(result) ? await middleware({ ...options, meta, next: async () => result }) : result
    }
    return await middleware({
      ctx,
      type,
      path,
      input,
      getRawInput,
      signal,
      batchIndex,
      meta,
      next(changed: NextOptions) {
        return runFrom(index + 1, chain, {
          ctx: changed?.ctx ? { ...(ctx as object), ...changed.ctx } : ctx,
          type,
          path,
          input: changed && 'input' in changed ? changed.input : input,
          getRawInput: changed?.getRawInput ?? getRawInput,
          signal,
          batchIndex,
        })
      },
    })
  } catch (cause) {
    return { ok: false, error: getTRPCErrorFromUnknown(cause), marker: MARKER }
  }
}

const MARKER = 'middlewareMarker'

/** tRPC's middleware behind `.errors()` looks at results only: at errors, and at streams, which may still fail. */
function mayHoldErrors(result: MiddlewareResult): boolean {
  if (!result?.ok) return true
  const { data } = result
  if (data === null || typeof data !== 'object') return false
  return Symbol.asyncIterator in data || isObservable(data)
}
