import fastify from 'fastify'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { createHostCheck } from './allowed-hosts.ts'
import type { Bot, BotOptions } from './bot.ts'
import type { CallbackDelivery, DeliveryFilter } from './callbacks/delivery.ts'
import type { CallbackFault } from './callbacks/fault.ts'
import { createCore, type CoreOptions, type EmulatorCore, type NetworkOptions, type TranscribeOptions } from './core.ts'
import type { Credentials } from './credentials.ts'
import { TwilioError } from './errors.ts'
import { sendError } from './rest/wire/error-response.ts'
import { refuseUpgrade } from './signaling/socket/refuse-upgrade.ts'
import type { State } from './state/index.ts'
import { startTurnServer } from './turn.ts'

/** Where the emulator listens, and how it behaves. */
export type EmulatorOptions = CoreOptions & {
  /** Default `127.0.0.1`. */
  host?: string
  /** Default 0: any free port. */
  port?: number
  /** Names in `Host` that are taken besides addresses, `localhost` and Twilio's own, while only this machine can reach it. */
  allowedHosts?: readonly string[]
  /** PEM texts; with them everything is served over TLS. Default none. */
  tls?: { cert: string; key: string }
}

/** What can be done to an emulator, wherever it is served. */
export type EmulatorControls = {
  credentials: Credentials
  /** @internal What exists, for tests of the emulator itself. */
  state: State
  /** Lets another HTTP server carry signalling and insights on its own port: by the end of the path. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /**
   * Lets a participant without a browser into a room.
   * @throws TwilioError when the room or a track refuses it: its `code` is Twilio's
   */
  addBot(options: BotOptions): Promise<Bot>
  /**
   * Gives the media of one participant, or of everyone, a bad network, the same both ways: `lossPercent` (0–100),
   * `kbps`, `delayMs`, `jitterMs`. It lasts until it is set anew; without conditions it is perfect again.
   * @throws Error with `media: 'mesh'`, where media pass the emulator by; RangeError for what no network can have
   */
  network(options: NetworkOptions): void
  /**
   * Lets clients with `receiveTranscriptions` be told that somebody said something. On its own the emulator notices who
   * speaks and for how long, but not what: it writes `[speech]`.
   * @throws TwilioError when there is no such participant, or what they say is not transcribed
   */
  transcribe(options: TranscribeOptions): void
  /** Cuts every signalling connection, as a network loss would. */
  dropConnections(): void
  /**
   * Lets status callbacks go wrong: dropped, delayed, doubled, reordered or corrupted, by filter. Of several faults the
   * first that matches befalls a callback. They end with `times`, `calmCallbacks` or `reset`.
   * @throws ZodError for what is no fault
   */
  disturbCallbacks(fault: CallbackFault): void
  /** Ends all faults of callbacks; what they hold back is sent. */
  calmCallbacks(): void
  /** The newest 2,000 status callbacks that match, oldest first: what was sent, what came back, how long it took. */
  callbacks(filter?: DeliveryFilter): CallbackDelivery[]
  /**
   * The first status callback that matches and has ended: delivered, failed or dropped, now or within `timeoutMs`
   * (default 10,000). `{ event: 'room-ended', status: 'delivered' }`: the app has been told.
   * @throws Error when there is none in time; it names the last ones there were
   */
  waitForCallback(filter?: DeliveryFilter & { timeoutMs?: number }): Promise<CallbackDelivery>
  /**
   * Sends a status callback once more, as it was, under the same idempotency token; resolves when it has ended.
   * @throws RangeError when there is none of that id
   */
  redeliverCallback(id: string): Promise<CallbackDelivery>
  /** Moves the emulator's clock ahead, by milliseconds: whatever times out on the way does so at once. */
  advanceClock(ms: number): void
  /** Forgets every room and everyone in it; whoever is connected is disconnected. */
  reset(): Promise<void>
}

/** The part of {@link EmulatorControls} that is the same wherever an emulator is served. */
export function createControls(core: EmulatorCore): EmulatorControls {
  const { credentials, state, callbacks, clock, handleUpgrade } = core
  return {
    credentials,
    state,
    handleUpgrade,
    addBot: async (bot) => core.addBot(bot),
    network: (network) => core.network(network),
    transcribe: (options) => core.transcribe(options),
    dropConnections: () => core.dropConnections(),
    disturbCallbacks: (fault) => callbacks.disturb(fault),
    calmCallbacks: () => callbacks.calm(),
    callbacks: (filter) => callbacks.deliveries(filter),
    waitForCallback: (filter) => callbacks.waitFor(filter),
    async redeliverCallback(id) {
      const redelivery = callbacks.redeliver(id)
      if (redelivery === undefined) throw new RangeError(`There is no status callback ${id}, or no longer`)
      return redelivery
    },
    advanceClock: (ms) => clock.advance(ms),
    reset: async () => core.reset(),
  }
}

/** `await using emulator = await createEmulator()` closes it at the end of the block. */
export type Emulator = EmulatorControls &
  AsyncDisposable & {
    /** Where REST is, without a slash at the end: the SDK's `client.video.baseUrl`. */
    url: string
    /** For `connect(token, { wsServer })` of `twilio-video`. */
    signalingUrl: string
    /** For `connect(token, { wsServerInsights })`. */
    insightsUrl: string
    /** The UDP port for media, where `mediaPorts` was given; else any is taken for the first client, and this is `null`. */
    mediaPort: number | null
    /** Ends every connection with a close code that makes clients reconnect. */
    close(): Promise<void>
  }

/** Longest path parameter: a name of 128 characters of four bytes each, percent-encoded, and room to spare. */
const MAX_PARAM_LENGTH = 2048

/**
 * Starts Twilio Video on this machine: REST, signalling and status callbacks on one port.
 * @throws the error of `listen`, for instance when the port is taken, and when none of `mediaPorts` is free
 */
export async function createEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, tls, allowedHosts = [] } = options
  const isAllowedHost = createHostCheck(host, allowedHosts)
  const core = createCore(options, options.turn ? await startTurnServer(host) : undefined)
  const { handleUpgrade, reportError } = core
  const app = fastify({
    serverFactory: (handler) => (tls ? createSecureServer(tls, handler) : createServer(handler)),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, reportError),
    forceCloseConnections: true,
  })
  // Fastify's own default, which a factory's server lacks: with Node's five seconds, a client's next request often
  // meets a connection that is just being closed.
  app.server.keepAliveTimeout = 72_000
  app.addHook('onRequest', async (request, reply) => {
    if (!isAllowedHost(request.headers.host)) return sendError(new TwilioError(20403), request, reply, reportError)
    return undefined
  })
  await app.register((scope) => core.routes(scope))
  app.server.on('upgrade', (request, socket, head) => {
    if (isAllowedHost(request.headers.host)) handleUpgrade(request, socket, head)
    else refuseUpgrade(socket)
  })
  const { address, mediaPort } = await listen().catch(async (error: unknown) => {
    await Promise.all([core.close(), app.close()])
    throw error
  })
  // Fastify does not know what the factory made.
  const url = tls ? address.replace('http:', 'https:') : address
  const webSocketUrl = url.replace('http', 'ws')
  return {
    url,
    signalingUrl: `${webSocketUrl}/signaling`,
    insightsUrl: `${webSocketUrl}/v1/VideoEvents`,
    mediaPort,
    ...createControls(core),
    close,
    [Symbol.asyncDispose]: close,
  }

  async function listen(): Promise<{ address: string; mediaPort: number | null }> {
    // Ports that were asked for are to be had now, or never.
    const mediaPort = options.mediaPorts ? await core.openMedia() : null
    return { address: await app.listen({ host, port }), mediaPort }
  }

  async function close(): Promise<void> {
    await core.close()
    await app.close()
  }
}
