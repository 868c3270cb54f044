import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'
import { isLocalHost, isLoopback, toHostName } from '../config/deployment.ts'
import { VideoError } from '../core/video-error.ts'
import { sendError } from './error-handler.ts'

/**
 * Keeps pages of other sites from a server that asks nobody who they are, because only this machine reaches it: a name
 * of their own that leads to 127.0.0.1 ("DNS rebinding") would make them its own pages. Other servers take any name.
 * @param isOwnServer whether it listens where the config says: another host may listen for the whole network, and is to be
 * called by this machine's own names, unless it is open by name.
 */
export function requireLocalHost(
  app: FastifyInstance,
  config: Config,
  { isOwnServer }: { isOwnServer: boolean },
): void {
  if (!config.access.open || !isLoopback(config.host) || (!isOwnServer && config.access.openAccess)) return
  const names = new Set(config.allowedHosts)
  if (config.publicUrl !== undefined) names.add(new URL(config.publicUrl).hostname)
  const isAllowed = (host: string): boolean =>
    isLocalHost(host) || names.has(toHostName(host)) || (isOwnServer && isIP(toHostName(host)) !== 0)
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
