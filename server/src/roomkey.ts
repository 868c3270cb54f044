import { createAccess } from './access/access.ts'
import type { Caller } from './access/caller.ts'
import type { Authorize } from './access/policy.ts'
import type { Config } from './config.ts'
import { EMBEDDED_CREDENTIALS, createEmbeddedEmulator } from './embedded/emulator.ts'
import type { EmbeddedEmulator } from './embedded/emulator.ts'
import { createSignalingFinder, findSignalingOf } from './embedded/signaling.ts'
import { STATUS_CALLBACK_PATH } from './events/status-callback-path.ts'
import { appRouter } from './router.ts'
import type { AppRouter } from './router.ts'
import type { CallSource, Context, Log } from './rpc/context.ts'
import type { Services } from './services.ts'
import { createAccessTokenSigner } from './twilio/access-token.ts'
import { createTwilioVideo } from './twilio/client.ts'

/** What a team may put in place of the defaults. */
export type RoomkeyOverrides = {
  /** Milliseconds since the epoch; the clock by default. */
  now?: () => number
  /** Decides who may do what, in place of the table in access/policy.ts. */
  authorize?: Authorize
  /** Where faults outside any call and the audit log are written; nowhere by default. */
  log?: Log
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
  /**
   * Where Twilio is told to report what happens in rooms, and the token that proves it is Twilio; `undefined` where
   * nobody could prove that.
   */
  statusCallback(): StatusCallback | undefined
  /** Tells the embedded emulator where this server listens, as `http://127.0.0.1:5000`. */
  listensAt(url: string): void
  close(): Promise<void>
}

/**
 * Builds everything but the web server. Opens no connection and loads nothing heavy: Twilio's SDK and the
 * emulator come with the first call that needs them.
 */
export function createRoomkey(config: Config, overrides: RoomkeyOverrides = {}): Roomkey {
  const embedded =
    config.video.kind === 'emulator'
      ? createEmbeddedEmulator({
          iceServers: config.video.iceServers,
          findStatusCallback: () => findStatusCallback()?.url,
        })
      : undefined
  const credentials = config.video.kind === 'emulator' ? EMBEDDED_CREDENTIALS : config.video.credentials
  const access = createAccess(config.access, {
    log: overrides.log ?? SILENT,
    authorize: overrides.authorize,
    now: overrides.now,
  })
  const services: Services = {
    access,
    accessTokens: createAccessTokenSigner(credentials, overrides.now),
    twilio: createTwilioVideo({
      credentials,
      findVideoUrl: embedded && (async () => (await embedded.start()).url),
      timeoutMs: config.twilioTimeoutMs,
      proxy: config.proxy,
    }),
    connectOptions: createConnectOptions(config),
    statusCallback: () => findStatusCallback()?.url,
  }

  let localUrl: string | undefined

  function findStatusCallback(): StatusCallback | undefined {
    const { video, publicUrl } = config
    const base = video.kind === 'emulator' ? localUrl : publicUrl
    const authToken = video.kind === 'emulator' ? EMBEDDED_CREDENTIALS.authToken : video.authToken
    if (base === undefined || authToken === undefined) return undefined
    return { url: base + STATUS_CALLBACK_PATH, authToken }
  }

  function toContext(source: CallSource, caller: Caller): Context {
    return { ...services, caller, source, requestId: source.requestId, log: source.log }
  }

  return {
    router: appRouter,
    services,
    embedded,
    statusCallback: findStatusCallback,
    listensAt(url) {
      localUrl = url
    },
    createContext(source) {
      const caller = access.authenticate(source)
      return caller instanceof Promise ? caller.then((known) => toContext(source, known)) : toContext(source, caller)
    },
    async close() {
      await access.close()
      services.twilio.close()
      await embedded?.close()
    },
  }
}

type StatusCallback = { url: string; authToken: string }

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }

function createConnectOptions({ video, publicUrl }: Config): Services['connectOptions'] {
  if (video.kind === 'emulator') return createSignalingFinder(publicUrl)
  const { videoUrl } = video.credentials
  const options = videoUrl === undefined ? {} : findSignalingOf(videoUrl)
  return () => options
}
