import type { AnyProcedure } from '@roomkey/shared'
import { takesIdempotencyKey } from '@roomkey/shared/openapi'
import type { EventStreams } from '@roomkey/trpc-fastify'
import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createInvoke, findQuotas, type Action, type Context, type Invocation } from '../../rpc/call.ts'
import { callOnce } from '../../rpc/once.ts'
import { toVideoError } from '../../rpc/error-shape.ts'
import { logFailure } from '../log.ts'
import { findIdempotencyKey } from './idempotency-key.ts'
import { sendProblem, toProblem } from '../problem.ts'
import { createReadInput } from './input.ts'
import { setLimitHeaders } from './limit-headers.ts'
import { sendOutput } from './output.ts'

/** What a procedure works with, made of a request. */
export type CreateContext = (request: FastifyRequest) => Promise<Context>

export type ResponderOptions = {
  name: string
  procedure: AnyProcedure
  router: AnyTRPCRouter
  createContext: CreateContext
  streams: EventStreams
}

/** Makes the handler of one procedure's address: the request becomes a call of the procedure, and its outcome the response. */
export function createResponder({ name, procedure, router, createContext, streams }: ResponderOptions) {
  const invoke = createInvoke(router, name)
  const readInput = createReadInput(procedure)
  const { status = 200 } = procedure.http
  const creates = takesIdempotencyKey(procedure)
  const action = name as Action
  const isSubscription = procedure.kind === 'subscription'

  async function once(request: FastifyRequest, reply: FastifyReply, call: Invocation, key: string): Promise<unknown> {
    const { ctx, signal } = call
    const input = readInput(request)
    // Refused by the procedure's own check; nothing is stored under the key, however large the input is.
    if (procedure.input?.safeParse(input).success === false) return invoke({ ctx, readInput: () => input, signal })
    // Without `signal`: a caller who hangs up will repeat the request to learn the outcome.
    const run = () => invoke({ ctx, readInput: () => input })
    const { output, isReplayed } = await callOnce({ ctx, action, key, input, signal }, run)
    if (isReplayed) reply.header('idempotency-replayed', 'true')
    return output
  }

  async function respond(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    let ctx: Context | undefined
    try {
      const controller = abortOnLeave(reply)
      ctx = await createContext(request)
      // A procedure without an input never reads it, but fields that it does not know are to be refused.
      if (procedure.input === null) readInput(request)
      const call = { ctx, readInput: () => readInput(request), signal: controller.signal }
      const key = creates ? findIdempotencyKey(request) : undefined
      const output = key === undefined ? await invoke(call) : await once(request, reply, call, key)
      setLimitHeaders(reply, findQuotas(ctx, action))
      if (!isSubscription) {
        sendOutput(request, reply, status, output)
        return
      }
      // In place of `no-store`: `no-transform` keeps proxies from buffering the stream to compress it.
      reply.code(200).header('cache-control', 'no-cache, no-transform')
      streams.send(reply, output as AsyncIterable<unknown>, {
        abort: () => controller.abort(),
        encodeError(thrown) {
          const error = toVideoError(thrown)
          logFailure(request.log, error, name)
          return JSON.stringify(toProblem(error, request.id))
        },
      })
    } catch (thrown) {
      if (ctx !== undefined) setLimitHeaders(reply, findQuotas(ctx, action))
      sendProblem(request, reply, toVideoError(thrown), name)
    }
  }

  // Returns no promise: Fastify would send a response when it resolves.
  return (request: FastifyRequest, reply: FastifyReply): void => void respond(request, reply)
}

/** Aborts when the caller leaves before the response is complete. */
function abortOnLeave({ raw }: FastifyReply): AbortController {
  const controller = new AbortController()
  raw.on('close', () => {
    if (!raw.writableEnded) controller.abort()
  })
  return controller
}
