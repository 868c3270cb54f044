import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

/** A load balancer does not wait much longer itself. */
const PING_TIMEOUT_MS = 2000

export type HealthOptions = {
  /** Fails unless the database can be used. */
  ping: () => Promise<void>
  /** What is wrong, in words, though requests are wanted. */
  findWarnings: () => string[]
}

/**
 * `/healthz`: the process answers. `/readyz`: it wants traffic; 503 from the moment it begins to shut down, so that a
 * load balancer looks elsewhere, and while its database does not answer. Neither asks Twilio: its trouble is no
 * reason to restart or drain every server. What is known to be wrong and is no such reason stands in `warnings`.
 */
export function addHealth(app: FastifyInstance, { ping, findWarnings }: HealthOptions): void {
  const answers = createProbe(ping)
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
  })
  app.get('/healthz', { logLevel: 'silent' }, () => ({ status: 'ok' }))
  app.get('/readyz', { logLevel: 'silent' }, async (_request, reply) => {
    if (closing) return reply.code(503).send({ status: 'closing' })
    if (await answers()) return toReadiness(findWarnings())
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

function toReadiness(warnings: string[]): { status: 'ok'; warnings?: string[] } {
  return warnings.length === 0 ? { status: 'ok' } : { status: 'ok', warnings }
}
