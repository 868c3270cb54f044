import cors from '@fastify/cors'
import Fastify, { LogController } from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import { answer, answerErrors } from './http/errors.ts'
import { VideoError } from './errors/video-error.ts'
import { addHealth } from './http/health.ts'
import { createLoggerOptions } from './http/log.ts'
import type { LogStream } from './http/log.ts'
import { createRequestIds } from './http/request-id.ts'
import { BODY_LIMIT, roomkeyPlugin } from './plugin.ts'
import { createRoomkey } from './roomkey.ts'
import type { Roomkey, RoomkeyOverrides } from './roomkey.ts'

export type AppOverrides = RoomkeyOverrides & {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What the procedures of this server work with. */
    roomkey: Roomkey
  }
}

/**
 * Builds the whole server: procedures under `/trpc`, health, the page. It neither listens nor reads the
 * environment: `await buildApp(parseConfig(env)).listen({ port: 5000 })`. Closing it closes all it opened.
 */
export function buildApp(config: Config, overrides: AppOverrides = {}): FastifyInstance {
  const roomkey = createRoomkey(config, overrides)
  const app = Fastify({
    logger: createLoggerOptions(config, overrides.logStream),
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: createRequestIds(),
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: 'idle',
    // A URL that cannot be decoded never reaches a route or its error handler.
    frameworkErrors: (error, request, reply) => {
      answer(request, reply, new VideoError('INVALID_INPUT', 'The address could not be read', { cause: error }))
    },
  })
  app.decorate('roomkey', roomkey)
  app.register(cors, { origin: config.corsOrigins, methods: ['GET', 'POST'], maxAge: 600 })
  answerErrors(app)
  addHealth(app)
  app.register(roomkeyPlugin, { prefix: '/trpc', roomkey })
  app.addHook('preClose', () => roomkey.close())
  return app
}
