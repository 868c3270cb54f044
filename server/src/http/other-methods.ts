import type { FastifyInstance } from 'fastify'
import { VideoError } from '../core/video-error.ts'

/** Answers OPTIONS with the methods of an address, and any other method with 405 in the scope's error shape. */
export function refuseOtherMethods(app: FastifyInstance, url: string, methods: Iterable<string>): void {
  const taken = new Set(methods)
  const allow = [...taken, 'OPTIONS'].toSorted().join(', ')
  app.route({ method: 'OPTIONS', url, handler: (_request, reply) => reply.code(204).header('allow', allow).send() })
  app.route({
    method: app.supportedMethods.filter((method) => method !== 'OPTIONS' && !taken.has(method)),
    url,
    exposeHeadRoute: false,
    handler(_request, reply) {
      reply.header('allow', allow)
      throw new VideoError('METHOD_NOT_SUPPORTED', `Wrong method: this address takes ${allow}`)
    },
  })
}
