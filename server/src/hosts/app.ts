import type { Server } from 'node:http'
import cors from '@fastify/cors'
import { contract, proceduresOf, type RoomkeyContract } from '@roomkey/shared'
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify'
import type { AccessConfig } from '../config/access.ts'
import type { Config } from '../config/config.ts'
import { toBasePath } from '../config/public-url.ts'
import { VideoError } from '../core/video-error.ts'
import { requireLocalHost } from '../http/allowed-hosts.ts'
import { cutBasePath } from '../http/base-path.ts'
import { limitConnections } from '../http/connection-limit.ts'
import { BODY_LIMIT } from '../http/early-refusal.ts'
import { addErrorHandler, sendError } from '../http/error-handler.ts'
import { addHealth } from '../http/health.ts'
import { shedLoad } from '../http/load-shedding.ts'
import { createLog, type LogStream } from '../http/log.ts'
import { addPage, findPage } from '../http/page.ts'
import { REST_PREFIX } from '../http/problem.ts'
import { addRest } from '../http/rest/plugin.ts'
import { logRefusedOrigins } from '../http/refused-origins.ts'
import { createRequestIds } from '../http/request-id.ts'
import { attachRequestLogger } from '../http/request-log.ts'
import { createRoomkey, type Roomkey, type RoomkeyOverrides } from '../roomkey.ts'
import { fromFastify } from './call-source.ts'
import { addProcedures } from './fastify.ts'
import { addStatusCallbackRoute } from './status-callback-route.ts'

export type AppOverrides = RoomkeyOverrides & {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream
  /** The folder of the built page; `null` for a server without one. Default: the one that comes with the package. */
  pageDirectory?: string | null
}

/** How often Node looks for requests that are late. Its own 30 s would let a slow client stay that much longer. */
const CHECK_EVERY_MS = 2000

/** How long a browser may keep what a preflight was told. */
const PREFLIGHT_MAX_AGE_SECONDS = 600

/** What a page may be allowed to call with: what the contract's addresses take. */
const METHODS = [...new Set(proceduresOf(contract).map(([, { http }]) => http.method))].toSorted()

/** Names stand in paths, each character as up to twelve. What is longer than a name is for its schema to refuse. */
const MAX_PARAM_LENGTH = 2048

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
  const { pageDirectory = findPage() } = overrides
  const isAllowedOrigin = (origin: string | undefined): boolean =>
    origin !== undefined && config.corsOrigins.includes(origin)
  const app = Fastify({
    ...toServerOptions(config.access),
    ...cutBasePath(toBasePath(config.publicUrl)),
    genReqId: createRequestIds(),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    forceCloseConnections: 'idle',
    // A start waits for its database, with a limit and words of its own; Fastify's would end it in a stack after 10 s.
    pluginTimeout: 0,
    // Inputs are checked by the procedures' own schemas. Without these, Fastify loads a validator and a serialiser
    // for JSON schemas that nothing here has: a third of its start.
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
    // A URL that cannot be decoded never reaches a route, its hooks or its error handler.
    frameworkErrors: (error, request, reply) => {
      attachLogger(request, reply)
      reply.header('vary', 'Origin')
      if (isAllowedOrigin(request.headers.origin)) {
        reply.header('access-control-allow-origin', request.headers.origin)
      }
      sendError(request, reply, new VideoError('INVALID_INPUT', 'The address could not be read', { cause: error }))
    },
  })
  app.log = createLog(config, overrides.logStream)
  const attachLogger = attachRequestLogger(app)
  const roomkey = createRoomkey(config, { log: app.log, ...overrides })
  app.decorate('roomkey', roomkey)
  limitConnections(app, config.access)
  requireLocalHost(app, config)
  logRefusedOrigins(app, config)
  app.register(cors, {
    // Credentials come in headers that a page sets itself: cookies are not asked for.
    origin: (origin, done) => done(null, isAllowedOrigin(origin)),
    methods: METHODS,
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    strictPreflight: false,
  })
  addErrorHandler(app)
  addHealth(app, { ping: () => roomkey.services.store.ping(), findWarnings: () => roomkey.warnings() })
  app.register(async (scope) => {
    await shedLoad(scope, config.access, roomkey.isService)
    // Responses are data for the caller alone: no cache keeps them, and no browser takes them for a page.
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      done()
    })
    await scope.register(addProcedures, { prefix: '/trpc', roomkey })
    await scope.register(addRest<RoomkeyContract>, {
      prefix: REST_PREFIX,
      contract,
      router: roomkey.router,
      createContext: (request) => roomkey.createContext(fromFastify(request)),
    })
  })
  app.register(addStatusCallbackRoute, roomkey)
  if (pageDirectory !== null) app.register((scope) => addPage(scope, pageDirectory, config))
  app.addHook('onReady', async () => {
    if (config.access.openAccess) app.log.warn('OPEN_ACCESS=true: whoever reaches this server may do everything')
    await roomkey.services.store.check()
  })
  app.addHook('onListen', () => setLocalUrl(app))
  app.addHook('onClose', () => roomkey.close())
  return app
}

/** Whose forwarding headers count, and how long a client may take to say something. */
function toServerOptions({ trustProxy, requestTimeoutMs, headersTimeoutMs }: AccessConfig) {
  return {
    trustProxy: trustProxy.length > 0 ? trustProxy : false,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: CHECK_EVERY_MS },
  } satisfies FastifyHttpOptions<Server>
}

function refuseSchema(): never {
  throw new TypeError('this server takes no JSON schemas: register routes that have them in a server of your own')
}

/** The embedded emulator reports what happens in rooms to this server, at the address it really has. */
function setLocalUrl(app: FastifyInstance): void {
  const address = app.server.address()
  if (address === null || typeof address === 'string') return
  const host = address.family === 'IPv6' ? '[::1]' : address.address === '0.0.0.0' ? '127.0.0.1' : address.address
  app.roomkey.setLocalUrl(`http://${host}:${address.port}`)
}
