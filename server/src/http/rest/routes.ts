import { proceduresOf, type AnyProcedure, type ContractOf } from '@roomkey/shared'
import { createEventStreams } from '@roomkey/trpc-fastify'
import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyInstance } from 'fastify'
import type { CreateContext } from './respond.ts'
import { requireUtf8 } from '../early-refusal.ts'
import { fromFastifyError } from '../error-handler.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { sendProblem } from '../problem.ts'
import { acceptJson } from './body.ts'
import { createResponder } from './respond.ts'

export type RestOptions<TContract extends ContractOf<TContract>> = {
  contract: TContract
  /** Of the same contract: REST calls its procedures, so whatever holds over tRPC holds here. */
  router: AnyTRPCRouter
  createContext: CreateContext
  /** For how long an event stream may be silent. */
  pingMs?: number | undefined
}

/** Serves a contract's procedures at their REST addresses, below the prefix it is registered with. */
export async function addRest<TContract extends ContractOf<TContract>>(
  app: FastifyInstance,
  { contract, router, createContext, pingMs }: RestOptions<TContract>,
): Promise<void> {
  const streams = createEventStreams(app, { pingMs })
  requireUtf8(app)
  acceptJson(app)
  app.setErrorHandler((error, request, reply) => sendProblem(request, reply, fromFastifyError(error)))
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    if (request.headers.origin !== undefined) reply.header('access-control-expose-headers', READABLE_HEADERS)
    done()
  })

  for (const [path, operations] of byPath(contract)) {
    const url = path.replaceAll(/\{(\w+)\}/g, ':$1')
    for (const [name, procedure] of operations) {
      app.route({
        method: procedure.http.method,
        url,
        // A HEAD request would open a stream.
        exposeHeadRoute: procedure.kind !== 'subscription',
        handler: createResponder({ name, procedure, router, createContext, streams }),
      })
    }
    refuseOtherMethods(app, url, methodsOf(operations.map(([, procedure]) => procedure)))
  }
}

/** What a page of another origin may read of a response's head. */
const READABLE_HEADERS = 'etag, idempotency-replayed, link, ratelimit, ratelimit-policy, retry-after, x-request-id'

function byPath<TContract extends ContractOf<TContract>>(contract: TContract): Map<string, [string, AnyProcedure][]> {
  const paths = new Map<string, [string, AnyProcedure][]>()
  for (const [name, procedure] of proceduresOf(contract)) {
    const operations = paths.get(procedure.http.path) ?? []
    operations.push([name, procedure])
    paths.set(procedure.http.path, operations)
  }
  return paths
}

/** The methods of a path; with HEAD for a GET that is no stream. */
function methodsOf(procedures: readonly AnyProcedure[]): Set<string> {
  const methods = new Set<string>(procedures.map(({ http }) => http.method))
  if (procedures.some(({ http, kind }) => http.method === 'GET' && kind !== 'subscription')) methods.add('HEAD')
  return methods
}
