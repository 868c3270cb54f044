import cors from '@fastify/cors'
import { contract, proceduresOf, type RoomkeyContract } from '@roomkey/shared'
import type { FastifyInstance } from 'fastify'
import { toBasePath } from '../config/public-url.ts'
import { requireLocalHost } from '../http/allowed-hosts.ts'
import { addErrorHandler } from '../http/error-handler.ts'
import { refuseForgedRequests } from '../http/forged-requests.ts'
import { addHealth } from '../http/health.ts'
import { shedLoad } from '../http/load-shedding.ts'
import { REST_PREFIX } from '../http/problem.ts'
import { logRefusedOrigins } from '../http/refused-origins.ts'
import { addDocument } from '../http/rest/document.ts'
import { addRest } from '../http/rest/routes.ts'
import type { Roomkey } from '../roomkey.ts'
import { fromFastify } from './call-source.ts'
import { addCompat } from './compat.ts'
import { addProcedures } from './procedures.ts'
import { addStatusCallbackRoute } from './status-callback-route.ts'

export type EndpointOptions = {
  /** Calls that may travel in one request; default 50. */
  maxBatchSize?: number | undefined
  /** Whether this very server listens where the config says, and nowhere else. */
  isOwnServer: boolean
}

/** How long a browser may keep what a preflight was told. */
const PREFLIGHT_MAX_AGE_SECONDS = 600

/** What a page may be allowed to call with: what the contract's addresses take. */
const METHODS = [...new Set(proceduresOf(contract).map(([, { http }]) => http.method))].toSorted()

/**
 * Adds all that Roomkey answers, whatever it is a part of: procedures, REST, status callbacks, health; and what stands
 * around them: hosts and origins that may call, limits, the shape of errors.
 */
export function addEndpoints(
  app: FastifyInstance,
  roomkey: Roomkey,
  { maxBatchSize, isOwnServer }: EndpointOptions,
): void {
  const { config, services } = roomkey
  requireLocalHost(app, config, { isOwnServer })
  logRefusedOrigins(app, config)
  app.register(cors, {
    // Credentials come in headers that a page sets itself, unless the team's sign-in is by cookie.
    credentials: config.corsCredentials,
    origin: (origin, done) => done(null, origin !== undefined && config.corsOrigins.includes(origin)),
    methods: METHODS,
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    strictPreflight: false,
  })
  addErrorHandler(app)
  addHealth(app, { ping: () => services.store.ping(), findWarnings: () => roomkey.warnings() })
  app.register(async (scope) => {
    await shedLoad(scope, config.access, roomkey.isService)
    // Responses are data for the caller alone: no cache keeps them, and no browser takes them for a page.
    scope.addHook('onRequest', (_request, reply, done) => {
      reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      done()
    })
    refuseForgedRequests(scope, config)
    await scope.register(addProcedures, { prefix: '/trpc', roomkey, maxBatchSize })
    await scope.register(addRest<RoomkeyContract>, {
      prefix: REST_PREFIX,
      contract,
      router: roomkey.router,
      createContext: (request) => roomkey.createContext(fromFastify(request)),
      pingMs: roomkey.streamTimes.pingMs,
    })
    await scope.register(addCompat, { roomkey })
  })
  app.register(addDocument, { basePath: toBasePath(config.publicUrl) })
  app.register(addStatusCallbackRoute, roomkey)
  app.addHook('onReady', async () => {
    if (config.access.openAccess) app.log.warn('OPEN_ACCESS=true: whoever reaches this server may do everything')
    await services.store.check()
  })
}
