import { TRPCError, getTRPCErrorFromUnknown, type AnyTRPCProcedure } from '@trpc/server'

export type CallOptions = Parameters<AnyTRPCProcedure>[0]

type MiddlewareResult = { ok: boolean; data?: unknown; error?: unknown; marker?: string } | undefined
type NextOptions = { ctx?: object; input?: unknown; getRawInput?: CallOptions['getRawInput'] } | undefined
type Middleware = (options: object) => Promise<MiddlewareResult>
type Definition = { middlewares?: unknown; experimental_caller?: boolean; caller?: unknown; meta: unknown }

/**
 * Calls a procedure by running its middlewares, as the procedure itself would. tRPC's published code spreads
 * objects through a helper for old engines, at every middleware and every `next`, which takes longer than all else
 * about a call; the language's own spread does not. A procedure of a kind not known here is called as it is.
 */
export async function callProcedure(procedure: AnyTRPCProcedure, options: CallOptions): Promise<unknown> {
  const definition: Definition = procedure._def
  const { middlewares } = definition
  if (!Array.isArray(middlewares) || definition.experimental_caller === true || definition.caller != null) {
    return procedure(options)
  }
  const result = await runFrom(0, middlewares as Middleware[], definition.meta, options)
  if (result == null) {
    throw new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'No result from middlewares - did you forget to `return next()`?',
    })
  }
  if (!result.ok) throw result.error
  return result.data
}

async function runFrom(
  index: number,
  middlewares: readonly Middleware[],
  meta: unknown,
  options: CallOptions,
): Promise<MiddlewareResult> {
  try {
    return await (middlewares[index] as Middleware)({
      ...options,
      meta,
      input: options.input,
      next(changed: NextOptions) {
        const following: CallOptions = { ...options }
        if (changed?.ctx) following.ctx = { ...(options.ctx as object), ...changed.ctx }
        if (changed && 'input' in changed) following.input = changed.input
        if (changed?.getRawInput) following.getRawInput = changed.getRawInput
        return runFrom(index + 1, middlewares, meta, following)
      },
    })
  } catch (cause) {
    return { ok: false, error: getTRPCErrorFromUnknown(cause), marker: 'middlewareMarker' }
  }
}
