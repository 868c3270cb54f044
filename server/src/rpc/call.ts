import { callProcedure, findProcedure } from '@roomkey/trpc-fastify'
import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import type { Context } from '../procedures/context.ts'

export type { Action } from '../access/policy.ts'
export type { Context } from '../procedures/context.ts'
export { signRoomlessToken } from '../procedures/auth/roomless-token.ts'
export { findQuotas } from '../access/admit-call.ts'

/** One call of a procedure for whoever does not speak tRPC: the same procedure, so the same rules, limits and audit. */
export type Invocation = {
  ctx: Context
  /** Called once the caller is admitted, so that nobody learns of their input who may not call at all. */
  readInput: () => unknown
  signal?: AbortSignal | undefined
}

/** Calls a procedure; resolves with its output, or rejects with what {@link toVideoError} understands. */
export type Invoke = (invocation: Invocation) => Promise<unknown>

/** @throws TypeError for a name that the router does not have: a mistake of ours. */
export function createInvoke(router: AnyTRPCRouter, name: string): Invoke {
  const procedure = findProcedure(router, name)
  if (procedure === null) throw new TypeError(`the router has no procedure ${name}`)
  const { type } = (procedure satisfies AnyTRPCProcedure)._def
  return ({ ctx, readInput, signal }) =>
    callProcedure(procedure, {
      path: name,
      type,
      ctx,
      getRawInput: async () => readInput(),
      input: undefined,
      signal,
      batchIndex: 0,
    })
}
