import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DELIVERY_STATUSES } from './callbacks/delivery.ts'
import { CallbackFaultSchema } from './callbacks/fault.ts'
import type { Callbacks } from './callbacks/callbacks.ts'
import { TwilioError } from './errors.ts'
import { parse } from './control-request.ts'
import { defineResource } from './rest/wire/resource.ts'
import { notFound, pathParameter, queryOf } from './rest/wire/request.ts'

const QuerySchema = z.strictObject({
  event: z.array(z.string()).optional(),
  room: z.string().optional(),
  participant: z.string().optional(),
  status: z.enum(DELIVERY_STATUSES).optional(),
  timeoutSeconds: z.coerce.number().min(0).max(300).default(10),
})

/** What test suites can do to status callbacks, and see of them. */
export function callbackRoutes(app: FastifyInstance, callbacks: Callbacks): void {
  defineResource(app, '/callback-faults', {
    GET: () => ({ faults: callbacks.faults() }),
    POST: (request, reply) => {
      callbacks.disturb(parse(CallbackFaultSchema, request.body))
      return reply.code(204).send()
    },
    DELETE: (_request, reply) => {
      callbacks.calm()
      return reply.code(204).send()
    },
  })

  defineResource(app, '/callbacks', {
    GET: (request) => {
      const { timeoutSeconds: _, ...filter } = parseQuery(request)
      return { callbacks: callbacks.deliveries(filter) }
    },
  })

  defineResource(app, '/callbacks/next', {
    GET: async (request) => {
      const { timeoutSeconds, ...filter } = parseQuery(request)
      try {
        return await callbacks.waitFor({ ...filter, timeoutMs: timeoutSeconds * 1000 })
      } catch (error) {
        throw new TwilioError(20404, error instanceof Error ? error.message : undefined)
      }
    },
  })

  defineResource(app, '/callbacks/:id/redeliver', {
    POST: async (request) => callbacks.redeliver(pathParameter(request, 'id')) ?? notFound(request),
  })
}

function parseQuery(request: FastifyRequest): z.output<typeof QuerySchema> {
  const query = queryOf(request)
  const events = query.getAll('event')
  return parse(QuerySchema, { ...Object.fromEntries(query), ...(events.length > 0 && { event: events }) })
}
