import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../config/config.ts'

/** Whoever makes up origins fills neither the memory nor the log. */
const MAX_NAMED = 100
/** A scheme and the longest name of a host; what is longer is no browser's. */
const MAX_LENGTH = 300

/**
 * Names each origin whose pages are refused in the log, once: the browser tells its reason to the page's console alone,
 * and whoever runs this server sees nothing. The server's own page is refused nothing, on the list or not.
 */
export function logRefusedOrigins(app: FastifyInstance, { corsOrigins, publicUrl }: Config): void {
  const known = new Set(corsOrigins)
  if (publicUrl !== undefined) known.add(new URL(publicUrl).origin)
  const named = new Set<string>()
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin } = request.headers
    if (origin === undefined || known.has(origin) || named.has(origin) || isOwn(origin, request)) return done()
    if (named.size < MAX_NAMED && origin.length <= MAX_LENGTH) {
      named.add(origin)
      request.log.warn({ origin }, origin === 'null' ? NAMELESS : REFUSED)
    }
    return done()
  })
}

const REFUSED =
  'pages of this origin may not call: add it to CORS_ORIGINS, or set PUBLIC_URL where it is the address of this server'
const NAMELESS = 'pages without an origin (files, sandboxed frames) may not call, and CORS_ORIGINS cannot name them'

function isOwn(origin: string, request: FastifyRequest): boolean {
  return URL.canParse(origin) && new URL(origin).host === request.host
}
