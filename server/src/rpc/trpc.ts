import { initTRPC } from '@trpc/server'
import type { Context } from './context.ts'
import { formatError } from './error-shape.ts'

const t = initTRPC.context<Context>().create({ isDev: false, errorFormatter: formatError })

export const { router } = t

/**
 * What every procedure starts from. The error shape is bound to the procedure as well as to the router, so that
 * it travels along when a team merges these procedures into a router of its own.
 */
export const procedure = t.procedure.errors(formatError)
