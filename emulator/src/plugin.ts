import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createCore, type CoreOptions } from './core.ts'
import { createControls, type EmulatorControls } from './emulator.ts'

/** The emulator within an app of yours: the plugin, and the controls of a test suite. */
export type EmulatorPlugin = EmulatorControls & {
  /** Serves REST, signalling and insights below the prefix it is registered with; ends with the app. */
  plugin: (app: FastifyInstance) => Promise<void>
}

/**
 * The emulator as a part of your own Fastify app: `app.register(emulator.plugin, { prefix: '/twilio' })`. The SDK's
 * `client.video.baseUrl` is then your app's address with the prefix, signalling is at `/twilio/signaling`.
 * Names longer than 100 characters in a path need `routerOptions.maxParamLength` raised. There is no TURN server. It does
 * not come up when none of `mediaPorts` is free.
 */
export function createEmulatorPlugin(options: Omit<CoreOptions, 'turn'> = {}): EmulatorPlugin {
  const core = createCore(options)
  return {
    ...createControls(core),

    async plugin(app) {
      if (options.mediaPorts) await core.openMedia()
      const { prefix } = app
      const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
        // Other paths belong to the app.
        if (request.url?.startsWith(`${prefix}/`)) core.handleUpgrade(request, socket, head)
      }
      app.server.on('upgrade', onUpgrade)
      // Before the server closes: it waits for every connection to end.
      app.addHook('preClose', async () => {
        app.server.off('upgrade', onUpgrade)
        await core.close()
      })
      await core.routes(app)
    },
  }
}
