import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** A load balancer does not wait much longer itself. */
const PING_TIMEOUT_MS = 2000

/**
 * `/healthz`: the process answers. `/readyz`: it wants traffic; 503 from the moment it begins to shut down, so that a
 * load balancer looks elsewhere, and while its database does not answer. Neither asks Twilio: its trouble is no
 * reason to restart or drain every server.
 * @param ping fails unless the database can be used.
 */
export function addHealth(app: FastifyInstance, ping: () => Promise<void>): void {
  const answers = createProbe(ping)
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    releaseIdleConnections(app)
  })
  app.get('/healthz', { logLevel: 'silent' }, () => ({ status: 'ok' }))
  app.get('/readyz', { logLevel: 'silent' }, async (_request, reply) => {
    if (closing) return reply.code(503).send({ status: 'closing' })
    if (await answers()) return { status: 'ok' }
    return reply.code(503).send({ status: 'unavailable', reason: 'the database does not answer' })
  })
}

/** Asks once for all who ask meanwhile: pings that wait for a frozen database would fill up its connections. */
function createProbe(ping: () => Promise<void>): () => Promise<boolean> {
  let asked: Promise<boolean> | undefined
  return () => {
    asked ??= ping()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        asked = undefined
      })
    return Promise.race([asked, wait(PING_TIMEOUT_MS, false, { ref: false })])
  }
}

// A connection that was busy when closing began is kept alive after its response, and would hold the server open
// until the client lets go of it.
function releaseIdleConnections({ server }: FastifyInstance): void {
  const timer = setInterval(() => server.closeIdleConnections(), RELEASE_EVERY_MS)
  server.once('close', () => clearInterval(timer))
  timer.unref()
}

const RELEASE_EVERY_MS = 50
