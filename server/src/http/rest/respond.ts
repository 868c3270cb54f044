import type { AnyProcedure } from '@roomkey/shared'
import type { AnyTRPCRouter } from '@trpc/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createInvoke, findQuotas, type Action, type Context } from '../../rpc/call.ts'
import { toVideoError } from '../../rpc/error-shape.ts'
import { logFailure } from '../log.ts'
import { sendProblem, toProblem } from '../problem.ts'
import { sendEvents, type OpenEventStreams } from './event-stream.ts'
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
  streams: OpenEventStreams
}

/** Makes the handler of one procedure's address: the request becomes a call of the procedure, and its outcome the response. */
export function createResponder({ name, procedure, router, createContext, streams }: ResponderOptions) {
  const invoke = createInvoke(router, name)
  const readInput = createReadInput(procedure)
  const { status = 200 } = procedure.http
  const isSubscription = procedure.kind === 'subscription'

  async function respond(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    let ctx: Context | undefined
    try {
      const controller = abortOnLeave(reply)
      ctx = await createContext(request)
      // Nobody asks for the input of what takes none.
      if (procedure.input === null) readInput(request)
      const output = await invoke({ ctx, readInput: () => readInput(request), signal: controller.signal })
      setLimitHeaders(reply, findQuotas(ctx, name as Action))
      if (!isSubscription) {
        sendOutput(request, reply, status, output)
        return
      }
      sendEvents(reply, {
        events: output as AsyncIterable<unknown>,
        abort: () => controller.abort(),
        streams,
        describeError(thrown) {
          const error = toVideoError(thrown)
          logFailure(request.log, error, name)
          return JSON.stringify(toProblem(error, request.id))
        },
      })
    } catch (thrown) {
      if (ctx !== undefined) setLimitHeaders(reply, findQuotas(ctx, name as Action))
      sendProblem(request, reply, toVideoError(thrown), name)
    }
  }

  // No promise for Fastify, which would take its end for the end of the response.
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
