import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RoomEvent } from '@roomkey/shared'
import { createAccessWatch } from './access/access-watch.ts'
import { createAuthorizer } from './access/authorizer.ts'
import type { Authorize } from './access/policy.ts'
import { createAuditLog } from './audit/audit-log.ts'
import type { Config } from './config/config.ts'
import type { CallSource } from './core/call-source.ts'
import type { Caller } from './core/caller.ts'
import type { Log } from './core/log.ts'
import { createSeal } from './core/seal.ts'
import { STREAM_TIMES, type StreamTimes } from './core/stream-times.ts'
import { createConnectOptions } from './embedded/connect-options.ts'
import { createEmbeddedCredentials, createEmbeddedEmulator, type EmbeddedEmulator } from './embedded/emulator.ts'
import { carryUpgrades, createUpgradeHandler } from './embedded/upgrade.ts'
import type { Patience } from './database/patience.ts'
import { createCallbackAddress } from './events/callback-address.ts'
import { createEvents } from './events/events.ts'
import { createForwarding } from './events/forwarding.ts'
import { createReconciliation } from './events/reconciliation.ts'
import { createBanReactor } from './events/remove-banned.ts'
import type { StatusCallback } from './events/status-callback.ts'
import { createAuthenticator, holdsApiKey, type CallHeaders } from './identity/authenticate.ts'
import type { Authenticate } from './identity/callers.ts'
import { createPasscodeCheck } from './identity/passcode.ts'
import { createOpenStreams } from './limits/open-streams.ts'
import { createRateLimiter } from './limits/rate-limiter.ts'
import type { Context, Services } from './procedures/context.ts'
import { createInvitations } from './procedures/invites/invitations.ts'
import { appRouter, type AppRouter } from './rpc/router.ts'
import { startRetention } from './retention/retention.ts'
import { createStore } from './store/store.ts'
import { createAccessTokenSigner } from './twilio/access-token.ts'
import { CREDENTIALS_REFUSED, tryCredentials } from './twilio/try-credentials.ts'
import { createTwilioVideo } from './twilio/video.ts'

/** What a team may put in place of the defaults. */
export type RoomkeyOverrides = {
  /** Milliseconds since the epoch; the clock by default. */
  now?: () => number
  /**
   * Says who calls, from a session's cookie for one. Whom it does not know is anonymous: with it, no server is open.
   * `parseConfig(env, { hasSignIn: true })` then asks for no other sign-in.
   */
  authenticate?: Authenticate
  /** Decides who may do what, in place of the table in access/policy.ts. */
  authorize?: Authorize
  /**
   * Called with everything that happens in rooms: at least once, events of one room one after another. What it returns
   * is waited for; when it fails, it is called again after a pause. After a restart it goes on where it was; of several
   * servers on one database, one calls it.
   */
  onEvent?: (event: RoomEvent) => unknown
  /**
   * How streams of events are kept alive, and how long they last, in milliseconds. Default: a ping after 15 s of silence,
   * which must be less than what a proxy in front of the server bears; an end after 45 to 75 minutes.
   */
  streamTimes?: Partial<StreamTimes>
  /** Where errors outside any call and the audit log are written; nowhere by default. */
  log?: Log
  /** How long the database is waited for, where not as long as by default. */
  databasePatience?: Partial<Patience>
}

/**
 * Roomkey without a web server: the router, and the context its procedures need, for a tRPC server of your own.
 */
export type Roomkey = {
  /** What it was made with. It holds secrets. */
  config: Config
  log: Log
  streamTimes: StreamTimes
  router: AppRouter
  /** The context of one call. Throws {@link VideoError} `UNAUTHENTICATED` when its credentials are not good. */
  createContext(source: CallSource): Promise<Context>
  /** As `createContext`, for a caller who shows the passcode of Twilio's reference apps. */
  createPasscodeContext(source: CallSource, passcode: string): Promise<Context>
  services: Services
  /** Whether the headers hold a good API key; immediate, and never throws. */
  isService: (headers: CallHeaders) => boolean
  /** The emulator in this process; `undefined` on Twilio. */
  embedded: EmbeddedEmulator | undefined
  /**
   * Has an HTTP server carry the emulator's WebSockets on its own port, beside others that it serves. Without a server: the
   * caller passes them on by `handleUpgrade`. Until then, calls on the emulator inside work from this machine alone. Nothing
   * on Twilio.
   */
  serveSignaling(server?: Server): void
  /** Takes over a request to upgrade that is for the emulator inside. Returns whether it is. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Drops the emulator's WebSockets and takes no more: open ones would keep a server from closing. */
  stopSignaling(): void
  /**
   * Where Twilio is told to report what happens in rooms, and the tokens that prove it is Twilio; `undefined` where
   * nobody could prove that.
   */
  statusCallback: () => StatusCallback | undefined
  /** Asks Twilio once whether it takes the credentials, and warns in the log when it does not. Nothing on the emulator. */
  tryCredentials(): Promise<void>
  /** What keeps parts of the server from working, in words that hold no secret. */
  warnings(): string[]
  /**
   * Tells the embedded emulator where it reaches this server, as `http://127.0.0.1:5000`; or what finds out, when the
   * emulator starts.
   */
  setLocalUrl(url: string | undefined | (() => Promise<string>)): void
  /** Has something closed before what it works with is. */
  onClose(close: () => Promise<void>): void
  /** Writes what waits and closes all that was opened. */
  close(): Promise<void>
}

/**
 * Builds everything but the web server. Opens no connection and loads nothing heavy: Twilio's SDK and the
 * emulator come with the first call that needs them.
 */
export function createRoomkey(given: Config, overrides: RoomkeyOverrides = {}): Roomkey {
  const { now, authorize, onEvent, log = SILENT, databasePatience } = overrides
  const streamTimes = { ...STREAM_TIMES, ...overrides.streamTimes }
  const config = overrides.authenticate === undefined ? given : closeToStrangers(given)
  const { video } = config
  const embeddedCredentials = createEmbeddedCredentials(video.kind === 'emulator' ? video.secret : undefined)
  const callbackAddress = createCallbackAddress(config, embeddedCredentials.authToken)
  let servesSignaling = false
  const closers: (() => Promise<void>)[] = []

  const embedded =
    video.kind === 'emulator'
      ? createEmbeddedEmulator({
          credentials: embeddedCredentials,
          iceServers: video.iceServers,
          media: video.media,
          mediaPorts: video.mediaPorts,
          mediaAddress: video.mediaAddress,
          findStatusCallback: callbackAddress.findUrl,
        })
      : undefined
  const credentials = video.kind === 'emulator' ? embeddedCredentials : video.credentials
  const { limits, adminRole, auditDays, guestTokenTtlSeconds, maxStreamsPerCaller } = config.access
  const report = (message: string, error?: Error): void => log.warn({ err: error }, message)
  const store = createStore(config.access.store, report, { ...databasePatience, now })
  const rateLimiter = createRateLimiter(limits, store, now)
  const { authenticate: ask } = overrides
  const authenticate = createAuthenticator(config.access, { store, rateLimiter }, { now, authenticate: ask })
  const { passcode } = config.compat
  const checkPasscode = passcode && createPasscodeCheck(passcode, { rateLimiter, now })
  const events = createEvents(store, log, streamTimes)
  const { webhook } = config.events
  const forwarding = webhook && createForwarding(webhook, { store, log })
  const services: Services = {
    authorizer: createAuthorizer({ adminRole, authorize, log }),
    store,
    auditLog: auditDays === null ? undefined : createAuditLog({ log, store, days: auditDays, now }),
    rateLimiter,
    openStreams: createOpenStreams(maxStreamsPerCaller),
    accountSid: credentials.accountSid,
    seal: createSeal(credentials.apiKeySecret),
    events,
    accessWatch: createAccessWatch(store, log),
    forwarding,
    invitations: createInvitations(store, now),
    twilio: createTwilioVideo({
      credentials,
      findVideoUrl: embedded && (async () => (await embedded.start()).url),
      timeoutMs: config.twilioTimeoutMs,
      proxy: config.proxy,
      quota: video.kind === 'twilio' ? video.quota : undefined,
      log,
    }),
    signAccessToken: createAccessTokenSigner(credentials, now),
    guestTokenTtlSeconds,
    async statusCallback() {
      // It may be known only then, and a room is about to be made there in any case.
      await embedded?.start()
      return callbackAddress.url()
    },
    connectOptions: createConnectOptions(config, embedded && { ...embedded, isServed: () => servesSignaling }),
  }
  const upgrades = embedded && createUpgradeHandler(embedded, config, log)

  events.addReactor(createBanReactor({ ...services, log }))
  if (onEvent !== undefined) {
    events.addReactor({
      name: 'onEvent',
      async react(event) {
        await onEvent(event)
      },
    })
  }
  const { reconcileSeconds } = config.events
  const reconciliation =
    reconcileSeconds === null
      ? undefined
      : createReconciliation({
          store,
          twilio: services.twilio,
          intake: events.intake,
          intervalSeconds: reconcileSeconds,
          // An emulator that nobody has needed yet has no rooms, and is not started to say so.
          isReady: () => embedded === undefined || embedded.running() !== undefined,
          log,
        })
  if (reconciliation !== undefined) events.addReactor(reconciliation.reactor)
  reconciliation?.start()
  if (forwarding !== undefined) events.addReactor(forwarding.reactor)

  const retention = startRetention({
    store,
    twilio: services.twilio,
    days: auditDays ?? DEFAULT_RETENTION_DAYS,
    eventDays: config.events.days,
    log,
    now,
  })
  const closing = new AbortController()

  const toContext = (source: CallSource, caller: Caller, again: Context['authenticate']): Context => ({
    ...services,
    caller,
    authenticate: again,
    source,
    requestId: source.requestId,
    log: source.log,
  })

  return {
    config,
    log,
    streamTimes,
    router: appRouter,
    async createContext(source) {
      return toContext(source, await authenticate(source), () => authenticate(source))
    },
    async createPasscodeContext(source, passcode) {
      const caller = (await checkPasscode?.(passcode, source.ip)) ?? (await authenticate(source))
      return toContext(source, caller, async () => caller)
    },
    services,
    isService: (headers) => holdsApiKey(config.access, headers),
    embedded,
    serveSignaling(server) {
      servesSignaling = true
      if (upgrades !== undefined && server !== undefined) carryUpgrades(server, upgrades)
    },
    handleUpgrade(request, socket, head) {
      if (upgrades === undefined || !upgrades.accepts(request)) return false
      upgrades.handle(request, socket, head)
      return true
    },
    stopSignaling: () => upgrades?.close(),
    statusCallback: callbackAddress.signed,
    async tryCredentials() {
      if (video.kind === 'twilio') await tryCredentials(services.twilio, log, closing.signal)
    },
    warnings: () => (services.twilio.refusesCredentials() ? [CREDENTIALS_REFUSED] : []),
    setLocalUrl: callbackAddress.setLocalUrl,
    onClose(close) {
      closers.push(close)
    },
    async close() {
      closing.abort()
      upgrades?.close()
      await Promise.all(closers.map((close) => close()))
      retention.close()
      await reconciliation?.close()
      services.accessWatch.close()
      await events.close()
      forwarding?.close()
      await services.auditLog?.close()
      await store.close()
      services.twilio.close()
      await embedded?.close()
    },
  }
}

/** Where a team knows its callers, nobody is let in for being nobody. */
function closeToStrangers(config: Config): Config {
  return { ...config, access: { ...config.access, open: false, openAccess: false } }
}

/** How long a room's records outlive it where there is no audit log to go by. */
const DEFAULT_RETENTION_DAYS = 90

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} }
