import { initTRPC } from '@trpc/server'
import { admitCall, admitStream, recordCall, type Deed } from '../access/guard.ts'
import type { Action } from '../access/policy.ts'
import type { Context } from './context.ts'
import { formatError, toTRPCError, toVideoError } from './error-shape.ts'

const t = initTRPC.context<Context>().create({ isDev: false, errorFormatter: formatError })

export const { router } = t

// The error shape is bound to the procedure as well as to the router, so that it travels along when a team merges
// these procedures into a router of its own.
const procedure = t.procedure.errors(formatError)

/**
 * What every procedure starts from. `action` is its name in the policy: callers who could do it to no room are
 * refused here, before the input is looked at; which room it may be is for `enterRoom` in the procedure.
 */
export function procedureFor(action: Action) {
  return procedure.use(async ({ ctx, type, next, signal }) => {
    const deed: Deed = { room: null, target: null }
    const isRead = type !== 'mutation'
    try {
      const admitted = admitCall(ctx, action)
      if (admitted !== undefined) await admitted
      if (type === 'subscription') admitStream(ctx, signal)
    } catch (thrown) {
      const error = toVideoError(thrown)
      recordCall(ctx, { action, deed, isRead, outcome: error.code })
      throw toTRPCError(error)
    }
    const result = await next({ ctx: { deed } })
    if (result.ok) {
      recordCall(ctx, { action, deed, isRead, outcome: 'OK' })
      return result
    }
    const error = toVideoError(result.error)
    recordCall(ctx, { action, deed, isRead, outcome: error.code })
    return { ...result, error: toTRPCError(error) }
  })
}
