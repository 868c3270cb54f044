import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import { TwilioError } from '../../errors.ts'

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** Serves a path by the given methods; any other is refused with 20004. */
export function defineResource(app: FastifyInstance, url: string, handlers: { [method in Method]?: Handler }): void {
  for (const method of METHODS) {
    const handler = handlers[method]
    app.route({ method, url, exposeHeadRoute: handler !== undefined, handler: handler ?? refuseMethod })
  }
}

type Method = (typeof METHODS)[number]

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const satisfies HTTPMethods[]

function refuseMethod(): never {
  throw new TwilioError(20004)
}
