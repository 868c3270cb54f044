import type { Config } from './config.ts'
import { EMBEDDED_CREDENTIALS, createEmbeddedEmulator } from './embedded/emulator.ts'
import type { EmbeddedEmulator } from './embedded/emulator.ts'
import { findSignaling, findSignalingOf } from './embedded/signaling.ts'
import { appRouter } from './router.ts'
import type { AppRouter } from './router.ts'
import type { CallSource, Context } from './rpc/context.ts'
import type { Services } from './services.ts'
import { createAccessTokenSigner } from './twilio/access-token.ts'
import { createTwilioVideo } from './twilio/client.ts'

/** What a team may put in place of the defaults. */
export type RoomkeyOverrides = {
  /** Milliseconds since the epoch; the clock by default. */
  now?: () => number
}

/**
 * Roomkey without a web server: the router, and the context its procedures need, for a tRPC server of your own.
 */
export type Roomkey = {
  router: AppRouter
  /** The context of one call. Throws {@link VideoError} `UNAUTHENTICATED` when its credentials are not good. */
  createContext(source: CallSource): Context | Promise<Context>
  services: Services
  /** The emulator in this process; `undefined` on Twilio. */
  embedded: EmbeddedEmulator | undefined
  close(): Promise<void>
}

/**
 * Builds everything but the web server. Opens no connection and loads nothing heavy: Twilio's SDK and the
 * emulator come with the first call that needs them.
 */
export function createRoomkey(config: Config, overrides: RoomkeyOverrides = {}): Roomkey {
  const embedded = config.video.kind === 'emulator' ? createEmbeddedEmulator() : undefined
  const credentials = config.video.kind === 'emulator' ? EMBEDDED_CREDENTIALS : config.video.credentials
  const services: Services = {
    accessTokens: createAccessTokenSigner(credentials, overrides.now),
    twilio: createTwilioVideo({
      credentials,
      findVideoUrl: embedded && (async () => (await embedded.start()).url),
      timeoutMs: config.twilioTimeoutMs,
    }),
    connectOptions: createConnectOptions(config),
  }

  return {
    router: appRouter,
    services,
    embedded,
    createContext: (source) => ({
      ...services,
      caller: { kind: 'open' },
      source,
      requestId: source.requestId,
      log: source.log,
    }),
    async close() {
      services.twilio.close()
      await embedded?.close()
    },
  }
}

function createConnectOptions({ video, publicUrl }: Config): Services['connectOptions'] {
  if (video.kind === 'emulator') return (source) => findSignaling(source, publicUrl)
  const { videoUrl } = video.credentials
  const options = videoUrl === undefined ? {} : findSignalingOf(videoUrl)
  return () => options
}
