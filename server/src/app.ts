import { fileURLToPath } from 'node:url'
import Fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'
import { addStatusCallback } from './events/status-callback.ts'
import { allowOrigins } from './http/cors.ts'
import { answer, answerErrors } from './http/errors.ts'
import { VideoError } from './errors/video-error.ts'
import { addHealth } from './http/health.ts'
import { addPagePolicy } from './http/page-policy.ts'
import { addPage } from './http/page.ts'
import { createLog } from './http/log.ts'
import type { LogStream } from './http/log.ts'
import { createRequestIds } from './http/request-id.ts'
import { giveRequestsTheirLog } from './http/request-log.ts'
import { capConnections, shieldCalls, toServerOptions } from './http/shield.ts'
import { BODY_LIMIT, addProcedures } from './plugin.ts'
import { createRoomkey } from './roomkey.ts'
import type { Roomkey, RoomkeyOverrides } from './roomkey.ts'

export type AppOverrides = RoomkeyOverrides & {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream
  /** The folder of the built page; `null` for a server without one. Default: `web/dist` of this project. */
  pageDirectory?: string | null
}

const PAGE_DIRECTORY = fileURLToPath(new URL('../../web/dist', import.meta.url))

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
  const { pageDirectory = PAGE_DIRECTORY } = overrides
  const app = Fastify({
    ...toServerOptions(config.access),
    genReqId: createRequestIds(),
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: 'idle',
    // Inputs are checked by the procedures' own schemas. Without these, Fastify loads a validator and a serialiser
    // for JSON schemas that nothing here has: a third of its start.
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
    // A URL that cannot be decoded never reaches a route, its hooks or its error handler.
    frameworkErrors: (error, request, reply) => {
      giveLog(request, reply)
      tellOrigin(request, reply)
      answer(request, reply, new VideoError('INVALID_INPUT', 'The address could not be read', { cause: error }))
    },
  })
  app.log = createLog(config, overrides.logStream)
  const giveLog = giveRequestsTheirLog(app)
  const roomkey = createRoomkey(config, { log: app.log, ...overrides })
  app.decorate('roomkey', roomkey)
  capConnections(app, config.access)
  const tellOrigin = allowOrigins(app, config.corsOrigins)
  answerErrors(app)
  addHealth(app)
  app.register(async (scope) => {
    await shieldCalls(scope, config.access, roomkey.services.access)
    await scope.register(addProcedures, { prefix: '/trpc', roomkey })
  })
  app.register(addStatusCallback, roomkey)
  if (pageDirectory !== null) {
    app.register(async (scope) => {
      await addPagePolicy(scope, config)
      addPage(scope, pageDirectory)
    })
  }
  app.addHook('onReady', async () => {
    if (config.access.openByName) app.log.warn('OPEN_ACCESS=true: whoever reaches this server may do everything')
    await roomkey.services.access.store.check()
  })
  app.addHook('onListen', () => tellWhereItListens(app))
  app.addHook('onClose', () => roomkey.close())
  return app
}

function refuseSchema(): never {
  throw new TypeError('this server takes no JSON schemas: register routes that have them in a server of your own')
}

/** The embedded emulator reports what happens in rooms to this server, at the address it really has. */
function tellWhereItListens(app: FastifyInstance): void {
  const address = app.server.address()
  if (address === null || typeof address === 'string') return
  const host = address.family === 'IPv6' ? '[::1]' : address.address === '0.0.0.0' ? '127.0.0.1' : address.address
  app.roomkey.listensAt(`http://${host}:${address.port}`)
}
