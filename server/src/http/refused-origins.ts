import type { FastifyInstance } from 'fastify'
import { createOriginCheck } from '../config/allowed-origins.ts'
import type { Config } from '../config/config.ts'
import { createRefusedOriginLog } from '../core/refused-origin-log.ts'

/** Names each origin whose pages are refused in the log, once. */
export function logRefusedOrigins(app: FastifyInstance, config: Config): void {
  const isAllowed = createOriginCheck(config)
  const logRefused = createRefusedOriginLog()
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin } = request.headers
    if (origin !== undefined && !isAllowed(origin, request.host)) logRefused(origin, request.log)
    return done()
  })
}
