import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/deployment.ts'
import { VideoError } from '../core/video-error.ts'
import { sendError } from './error-handler.ts'

/**
 * Keeps pages of other sites from a server that asks nobody who they are, because only this machine reaches it: a name
 * of their own that leads to 127.0.0.1 ("DNS rebinding") would make them its own pages. Other servers take any name.
 */
export function requireLocalHost(app: FastifyInstance, config: Config): void {
  if (!config.access.open || !isLoopback(config.host)) return
  const names = new Set(config.allowedHosts)
  if (config.publicUrl !== undefined) names.add(new URL(config.publicUrl).hostname)
  const isAllowed = (host: string) => isLocalName(toName(host)) || names.has(toName(host))
  // Nearly all requests name the same host.
  let lastAllowed: string | undefined
  app.addHook('onRequest', (request, reply, done) => {
    const { host } = request.headers
    if (host === lastAllowed || host === undefined) return done()
    if (isAllowed(host)) {
      lastAllowed = host
      return done()
    }
    // What may be left of the request is not read.
    reply.header('connection', 'close')
    const message = 'This server is open to this machine only: call it localhost, or name the host in ALLOWED_HOSTS'
    return sendError(request, reply, new VideoError('FORBIDDEN', message))
  })
}

/** An address, `localhost` or a name below it: none of them can be led elsewhere by somebody else's DNS. */
function isLocalName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0
}

function toName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
}
