import type { RoomkeyRouter } from '@roomkey/shared/trpc'
import type { TRPCClient, TRPCLink, TRPCProcedureOptions } from '@trpc/client'
import { observableToPromise } from '@trpc/server/observable'
import { KINDS } from './calls.ts'
import { mapValues } from './methods.ts'

type Links = readonly TRPCLink<RoomkeyRouter>[]
type OperationLink = ReturnType<Links[number]>
type Operation = Parameters<OperationLink>[0]['op']

/** Calls a procedure by the path it has in the contract. */
export type SendRequest = (
  kind: 'query' | 'mutation',
  path: string,
  input: unknown,
  options?: TRPCProcedureOptions,
) => Promise<unknown>

/** Sends requests through tRPC's links, one after the other; rejects with what the links reject with. */
export function createRequest(links: Links): SendRequest {
  const chain = links.map((link) => link({}))
  let lastId = 0
  return async (type, path, input, { context = {}, signal } = {}) => {
    const op: Operation = { id: ++lastId, type, path, input, context, signal: signal ?? null }
    return (await observableToPromise(run(chain, op))).result.data
  }
}

function run([link, ...rest]: readonly OperationLink[], op: Operation): ReturnType<OperationLink> {
  if (link === undefined) throw new TypeError('the last link must send the request')
  return link({ op, next: (nextOp) => run(rest, nextOp) })
}

const METHODS = { query: 'query', mutation: 'mutate' } as const

/** Where tRPC's own tools, such as `createTRPCOptionsProxy`, find the client without types. */
const UNTYPED = Symbol.for('trpc_untypedClient')

/**
 * The procedures as tRPC's own client has them, `trpc.rooms.get.query(input)`. The package's `createTRPCClient` would
 * bring its WebSocket client and what of its server subscriptions need, a quarter of all that this package weighs.
 */
export function createTrpcClient(request: SendRequest): TRPCClient<RoomkeyRouter> {
  const procedures = mapValues(KINDS, (kinds, router) =>
    mapValues(kinds as Readonly<Record<string, 'query' | 'mutation' | 'subscription'>>, (kind, name) => {
      const path = `${router}.${name}`
      if (kind === 'subscription') return { subscribe: () => refuseSubscription(path) }
      return { [METHODS[kind]]: request.bind(null, kind, path) }
    }),
  )
  const untyped = {
    query: request.bind(null, 'query'),
    mutation: request.bind(null, 'mutation'),
    subscription: refuseSubscription,
  }
  return Object.assign(procedures, { [UNTYPED]: untyped }) as unknown as TRPCClient<RoomkeyRouter>
}

function refuseSubscription(path: string): never {
  throw new TypeError(`${path} is a subscription: call it as a method of the Roomkey client`)
}
