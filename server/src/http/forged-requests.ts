import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createOriginCheck, type IsAllowedOrigin } from '../config/allowed-origins.ts'
import type { Config } from '../config/config.ts'
import { VideoError } from '../core/video-error.ts'
import { sendError } from './error-handler.ts'

/**
 * Refuses what pages of other sites ask for with the cookies that the user's browser has for this one ("cross-site request
 * forgery"): CORS keeps them from reading the response, not from having asked. Subscriptions and reads too, which cost.
 * Credentials in a header are set by a program, or by a page that CORS has let do so.
 */
export function refuseForgedRequests(app: FastifyInstance, config: Config): void {
  const isAllowedOrigin = createOriginCheck(config)
  app.addHook('onRequest', (request, reply, done) => {
    if (!isForged(request, isAllowedOrigin)) return done()
    const message = 'A page of another site asks for this: where it may, its origin must be in CORS_ORIGINS'
    return sendError(request, reply, new VideoError('FORBIDDEN', message))
  })
}

/** Source: W3C "Fetch Metadata Request Headers"; OWASP "Cross-Site Request Forgery Prevention", origin verification. */
function isForged({ method, headers, host }: FastifyRequest, isAllowedOrigin: IsAllowedOrigin): boolean {
  if (headers['x-api-key'] !== undefined) return false
  if (headers.authorization !== undefined && !AMBIENT.test(headers.authorization)) return false
  const site = headers['sec-fetch-site']
  if (site === 'same-origin' || site === 'none') return false
  if (headers.origin !== undefined) return !isAllowedOrigin(headers.origin, host)
  // Programs say nothing of sites; a link that somebody follows only reads.
  return site !== undefined && !(method === 'GET' && headers['sec-fetch-mode'] === 'navigate')
}

/** What a browser sends by itself, as it does cookies, to a host whose proxy has asked for it before. */
const AMBIENT = /^(?:basic|digest|negotiate|ntlm)\b/i
