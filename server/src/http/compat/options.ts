import { createInvoke, type Action, type Context } from '../../rpc/call.ts'
import { toVideoError } from '../../rpc/error-shape.ts'
import type { FastifyRequest } from 'fastify'
import type { AnyTRPCRouter } from '@trpc/server'

/** What a foreign wire is made of: the procedures, and who calls them. */
export type CompatOptions = {
  router: AnyTRPCRouter
  createContext: (request: FastifyRequest) => Promise<Context>
  /** As `createContext`, of a caller who shows a passcode. */
  createPasscodeContext: (request: FastifyRequest, passcode: string) => Promise<Context>
  /** As `createContext`, of a caller whose sign-in token stands in `Authorization` by itself. */
  createRawTokenContext: (request: FastifyRequest) => Promise<Context>
  /** Whether callers are asked for a passcode. */
  asksForPasscode: boolean
}

/** Calls procedures by their names; what they answer is as the contract says. */
export type CallByName = <TOutput>(ctx: Context, name: Action, input: object) => Promise<TOutput>

export function createCall(router: AnyTRPCRouter): CallByName {
  return async <TOutput>(ctx: Context, name: Action, input: object) => {
    try {
      return (await createInvoke(router, name)({ ctx, readInput: () => input })) as TOutput
    } catch (thrown) {
      throw toVideoError(thrown)
    }
  }
}
