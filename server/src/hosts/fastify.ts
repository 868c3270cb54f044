import type { FastifyInstance } from 'fastify'
import type { Roomkey } from '../roomkey.ts'
import { createMountedApp, type MountOptions } from './mounted-app.ts'

/** What the Fastify plugin takes, besides the `prefix` that it is registered with. */
export type RoomkeyPluginOptions = Omit<MountOptions, 'prefix'> & { roomkey: Roomkey }

/**
 * Roomkey as a Fastify plugin: `app.register(roomkeyPlugin, { prefix: '/video', roomkey })` puts procedures under
 * `/video/trpc`, and status callbacks, health and the rest beside them. It is an app of its own behind that path: parsers,
 * error handler and limits of the server around it are not its matter, nor its are theirs. With the embedded emulator the
 * server also carries signalling. The caller closes `roomkey`.
 */
export async function roomkeyPlugin(
  server: FastifyInstance,
  { roomkey, ...options }: RoomkeyPluginOptions,
): Promise<void> {
  const app = createMountedApp(roomkey, { ...options, prefix: server.prefix })
  await app.ready()
  // Before the server reads the body, or knows of no such content type.
  server.addHook('onRequest', (request, reply, done) => {
    reply.hijack()
    app.routing(request.raw, reply.raw)
    done()
  })
  for (const path of ['/', '/*']) server.all(path, () => {})
  roomkey.serveSignaling(server.server)
  server.addHook('preClose', async () => {
    roomkey.stopSignaling()
    await app.close()
  })
}
