import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'
import { toBasePath } from '../config/public-url.ts'
import { limitConnections } from '../http/connection-limit.ts'
import { createLog, type LogStream } from '../http/log.ts'
import { addPage, findPage } from '../http/page.ts'
import { releaseConnections } from '../http/release-connections.ts'
import { createRoomkey, type Roomkey, type RoomkeyOverrides } from '../roomkey.ts'
import { createBaseApp } from './base-app.ts'
import { addEndpoints } from './endpoints.ts'
import { findLocalUrl } from './local-url.ts'

/** What a team may put in place of the defaults of the whole server. */
export type AppOverrides = RoomkeyOverrides & {
  /** Where log lines go; standard output by default. */
  logStream?: LogStream
  /** The folder of the built page; `null` for a server without one. Default: the one that comes with the package. */
  pageDirectory?: string | null
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What the procedures of this server work with. */
    roomkey: Roomkey
  }
}

/**
 * Builds the whole server: procedures under `/trpc`, health, the page. It neither listens nor reads the
 * environment: `await buildApp(parseConfig(env)).listen({ port: 5000 })`. Closing it closes all it opened.
 */
export function buildApp(config: Config, overrides: AppOverrides = {}): FastifyInstance {
  const { pageDirectory = findPage() } = overrides
  const app = createBaseApp(config, toBasePath(config.publicUrl), createLog(config, overrides.logStream))
  const roomkey = createRoomkey(config, { log: app.log, ...overrides })
  app.decorate('roomkey', roomkey)
  limitConnections(app, config.access)
  releaseConnections(app)
  addEndpoints(app, roomkey, { isOwnServer: true })
  if (pageDirectory !== null) app.register((scope) => addPage(scope, pageDirectory, config))
  roomkey.serveSignaling(app.server)
  app.addHook('preClose', async () => roomkey.stopSignaling())
  // The embedded emulator reports what happens in rooms to this server, at the address it really has.
  app.addHook('onListen', () => roomkey.setLocalUrl(findLocalUrl(app.server)))
  app.addHook('onClose', () => roomkey.close())
  return app
}
