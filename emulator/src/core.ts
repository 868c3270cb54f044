import type { FastifyInstance } from 'fastify'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createAccessTokenVerifier } from './access-token.ts'
import { addBot, type Bot, type BotOptions } from './bot.ts'
import { createCallbacks } from './callbacks/callbacks.ts'
import { createRealClock, type Clock } from './clock.ts'
import { controlRoutes } from './control.ts'
import { DEFAULT_CREDENTIALS, type Credentials } from './credentials.ts'
import { TwilioError } from './errors.ts'
import { createInsights } from './insights.ts'
import { accountRoutes } from './rest/account.ts'
import { sendError } from './rest/wire/error-response.ts'
import { restRoutes } from './rest/rest-routes.ts'
import type { Quota } from './rest/quota.ts'
import { notFound } from './rest/wire/request.ts'
import { createSignaling, type IceServer, type MediaMode, type NetworkConditions } from './signaling/signaling.ts'
import { refuseUpgrade } from './signaling/socket/refuse-upgrade.ts'
import { createState, findParticipant, findRoom, resetState, type Retention } from './state/index.ts'
import type { TurnServer } from './turn.ts'

/** What an emulator is like, wherever it is served. */
export type CoreOptions = {
  /** Default: `DEFAULT_CREDENTIALS`. */
  credentials?: Partial<Credentials>
  /** Whether a first connect by name makes the room, as with Twilio's "Client-side Room Creation". Default true. */
  adHocRooms?: boolean
  /**
   * Whether a room may be for more than 50, as on accounts of Twilio's pilot: such a room holds 16 tracks, and those who
   * publish nothing are not seen. Default false.
   */
  largeRooms?: boolean
  /**
   * How many reads and writes REST takes in any second; more are answered with 429 and 20429, as at Twilio, where an
   * account has 80 and 20. Default no limit.
   */
  quota?: Quota
  /** For clients that bring no ICE servers of their own. Default none: enough on one network. */
  iceServers?: readonly IceServer[]
  /** Whether to run a TURN server and hand it to clients. Default false. */
  turn?: boolean
  /**
   * Whether clients that ask for a dominant speaker, network quality or the like get them; in a mesh each through one
   * more peer connection that ends here. Default true.
   */
  mediaSignaling?: boolean
  /**
   * How those in group rooms get each other's media: `forwarding` through a media server in this process, as at Twilio,
   * or `mesh` from browser to browser, for places that UDP does not reach. Default `forwarding`. Peer-to-peer and go
   * rooms are a mesh at Twilio, and always are here.
   */
  media?: MediaMode
  /** UDP ports that the media server may use, both ends included. Default any free one. */
  mediaPorts?: readonly [first: number, last: number]
  /** The IP address that browsers are told to send media to. Default all of this machine's. */
  mediaAddress?: string
  /** How long a client may be without a connection before it is disconnected, in seconds. Default 30. */
  sessionTimeoutSeconds?: number
  /** Whether the control plane is served, which asks for no credentials. Default true. */
  controlPlane?: boolean
  /** The account's default callback, which ad-hoc rooms report to. Method default `POST`. */
  statusCallback?: { url: string; method?: 'GET' | 'POST' }
  /** Default: the time of day. */
  clock?: Clock
  /** How many records of the past are kept. */
  retention?: Partial<Retention>
  /** Called with undelivered callbacks and with the emulator's own errors. Default: a process warning. */
  warn?: (warning: Error) => void
}

/** A network for the media of one participant, by identity or SID, or else of everyone. Without conditions a perfect one. */
export type NetworkOptions = NetworkConditions & { participant?: string }

/** What somebody in a room that is transcribed is to have said. */
export type TranscribeOptions = {
  /** SID or name. */
  room: string
  /** SID or identity. */
  participant: string
  text: string
  /** Whether more of the same sentence will follow. Default false. */
  isPartial?: boolean
  /** Default: as the transcription is configured. */
  languageCode?: string
}

export type EmulatorCore = ReturnType<typeof createCore>

/** Everything an emulator does, without a server of its own. */
export function createCore(options: CoreOptions, turnServer?: TurnServer) {
  const credentials: Credentials = { ...DEFAULT_CREDENTIALS, ...options.credentials }
  const clock = options.clock ?? createRealClock()
  const warn = options.warn ?? ((warning: Error) => process.emitWarning(warning))
  const reportError = (error: unknown): void => warn(error instanceof Error ? error : new Error(String(error)))

  const state = createState({ ...options, clock, accountSid: credentials.accountSid, reportError })
  const callbacks = createCallbacks({
    state,
    authToken: credentials.authToken,
    warn: (message) => warn(new Error(`Status callback not delivered: ${message}`)),
  })
  const iceServersFor = (host: string | undefined): readonly IceServer[] => [
    ...(options.iceServers ?? []),
    ...(turnServer ? [turnServer.iceServer(host)] : []),
  ]
  const verifyAccessToken = createAccessTokenVerifier(credentials, clock)
  const insights = createInsights(verifyAccessToken)
  const signaling = createSignaling({
    state,
    verifyAccessToken,
    iceServers: ({ headers }) => iceServersFor(headers.host),
    sessionTimeoutSeconds: options.sessionTimeoutSeconds,
    mediaSignaling: options.mediaSignaling,
    media: options.media,
    mediaSocket: { ports: options.mediaPorts, address: options.mediaAddress },
    reportError,
  })

  const core = {
    state,
    forwardsMedia: options.media !== 'mesh',
    callbacks,
    credentials,
    clock,
    reportError,

    /** Serves Twilio's paths below the prefix of `app`. */
    async routes(app: FastifyInstance): Promise<void> {
      app.setErrorHandler((error: Error, request, reply) => sendError(error, request, reply, reportError))
      app.setNotFoundHandler(notFound)
      await app.register(
        async (rest) =>
          restRoutes(rest, { state, credentials, largeRooms: options.largeRooms ?? false, quota: options.quota }),
        { prefix: '/v1' },
      )
      await app.register(async (account) => accountRoutes(account, { credentials, clock, iceServersFor }), {
        prefix: '/2010-04-01',
      })
      if (options.controlPlane ?? true) {
        await app.register(async (control) => controlRoutes(control, core), { prefix: '/_emulator' })
      }
    },

    /** Takes a request to upgrade to WebSocket: signalling and insights, by the end of the path; others get 404. */
    handleUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
      const path = (request.url ?? '').split('?', 1)[0] ?? ''
      if (path.endsWith('/signaling')) signaling.handleUpgrade(request, socket, head)
      else if (INSIGHTS_PATH.test(path)) insights.handleUpgrade(request, socket, head)
      else refuseUpgrade(socket)
    },

    openMedia: () => signaling.openMedia(),

    dropConnections: () => signaling.dropConnections(),

    network: ({ participant, ...conditions }: NetworkOptions): void => signaling.setNetwork(conditions, participant),

    transcribe: ({ room: nameOrSid, participant: identityOrSid, ...speech }: TranscribeOptions): void => {
      const room = findRoom(state, nameOrSid)
      const participant = room && findParticipant(room, identityOrSid)
      if (participant === undefined) throw new TwilioError(53204)
      if (!signaling.transcribe(participant, speech)) {
        throw new TwilioError(20001, 'Nobody is transcribed but who publishes sound, in a room with a transcription')
      }
    },

    addBot: (bot: BotOptions): Bot => addBot({ state, signaling }, bot),

    /** Forgets every room and everyone in it. */
    reset: (): void => {
      resetState(state)
      signaling.resetNetwork()
    },

    async close(): Promise<void> {
      insights.close()
      turnServer?.close()
      await Promise.all([signaling.close(), callbacks.close()])
      resetState(state)
    },
  }
  return core
}

/** Twilio's own path, and the shorter one for an app that serves insights itself. */
const INSIGHTS_PATH = /\/(?:VideoEvents|insights)$/
