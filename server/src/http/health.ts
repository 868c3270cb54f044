import type { FastifyInstance } from 'fastify'

/**
 * `/healthz`: the process answers. `/readyz`: it wants traffic; 503 from the moment it begins to shut down, so
 * that a load balancer looks elsewhere. Neither asks Twilio: its trouble is no reason to restart or drain every
 * server. What is known to be wrong and is no such reason stands in `warnings` of `/readyz`.
 */
export function addHealth(app: FastifyInstance, findWarnings: () => string[]): void {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    releaseIdleConnections(app)
  })
  app.get('/healthz', { logLevel: 'silent' }, () => ({ status: 'ok' }))
  app.get('/readyz', { logLevel: 'silent' }, (_request, reply) =>
    closing ? reply.code(503).send({ status: 'closing' }) : toReadiness(findWarnings()),
  )
}

function toReadiness(warnings: string[]): { status: 'ok'; warnings?: string[] } {
  return warnings.length === 0 ? { status: 'ok' } : { status: 'ok', warnings }
}

// A connection that was busy when closing began is kept alive after its response, and would hold the server open
// until the client lets go of it.
function releaseIdleConnections({ server }: FastifyInstance): void {
  const timer = setInterval(() => server.closeIdleConnections(), RELEASE_EVERY_MS)
  server.once('close', () => clearInterval(timer))
  timer.unref()
}

const RELEASE_EVERY_MS = 50
