import type { Server } from 'node:http'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyServerOptions,
} from 'fastify'
import type { AccessConfig } from '../config/access.ts'
import type { Config } from '../config/config.ts'
import { VideoError } from '../core/video-error.ts'
import { cutBasePath } from '../http/base-path.ts'
import { BODY_LIMIT } from '../http/early-refusal.ts'
import { sendError } from '../http/error-handler.ts'
import { createRequestIds } from '../http/request-id.ts'
import { attachRequestLogger } from '../http/request-log.ts'

/** How often Node looks for requests that are late. Its own 30 s would let a slow client stay that much longer. */
const CHECK_EVERY_MS = 2000

/** Names stand in paths, each character as up to twelve. What is longer than a name is for its schema to refuse. */
const MAX_PARAM_LENGTH = 2048

/** A Fastify app as Roomkey needs it, with nothing in it. @param basePath what is cut off the front of every path */
export function createBaseApp(config: Config, basePath: string, log: FastifyBaseLogger): FastifyInstance {
  const app = Fastify({
    ...toServerOptions(config.access),
    ...cutBasePath(basePath),
    ...createFrameworkErrors(config, (request, reply) => attachLogger(request, reply)),
    genReqId: createRequestIds(),
    bodyLimit: BODY_LIMIT,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    forceCloseConnections: 'idle',
    // A start waits for its database, with a limit and words of its own; Fastify's would end it in a stack after 10 s.
    pluginTimeout: 0,
    // Inputs are checked by the procedures' own schemas. Without these, Fastify loads a validator and a serialiser
    // for JSON schemas that nothing here has: a third of its start.
    schemaController: { compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema } },
  })
  app.log = log
  const attachLogger = attachRequestLogger(app)
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

/** A URL that cannot be decoded never reaches a route, its hooks or its error handler. */
function createFrameworkErrors(
  { corsOrigins }: Config,
  attachLogger: ReturnType<typeof attachRequestLogger>,
): Pick<FastifyServerOptions, 'frameworkErrors'> {
  return {
    frameworkErrors(error, request, reply) {
      attachLogger(request, reply)
      const { origin } = request.headers
      reply.header('vary', 'Origin')
      if (origin !== undefined && corsOrigins.includes(origin)) reply.header('access-control-allow-origin', origin)
      sendError(request, reply, new VideoError('INVALID_INPUT', 'The address could not be read', { cause: error }))
    },
  }
}

function refuseSchema(): never {
  throw new TypeError('this server takes no JSON schemas: register routes that have them in a server of your own')
}
