import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { VerifyAccessToken } from '../access-token.ts'
import { hasMediaServer, type Participant, type State } from '../state/index.ts'
import { createClient } from './client.ts'
import { Connection } from './socket/connection.ts'
import { createUnauthorizedConnections } from './socket/unauthorized-connections.ts'
import type { NetworkConditions } from './forwarding/network-conditions.ts'
import { ForwardingRoom } from './forwarding/forwarding-room.ts'
import { MediaServer, type MediaServerOptions } from './forwarding/media-server.ts'
import { MeshRoom } from './mesh/mesh-room.ts'
import type { Speech } from './media/transcriber.ts'
import type { IceServer } from './message.ts'
import { createRegistry } from './registry.ts'
import { refuseUpgrade } from './socket/refuse-upgrade.ts'
import { signalingRegionOf } from './region.ts'

export type { IceServer } from './message.ts'
export type { NetworkConditions, Speech }

/** `forwarding`: through a media server in this process. `mesh`: from browser to browser. */
export type MediaMode = 'forwarding' | 'mesh'

export type SignalingOptions = {
  state: State
  verifyAccessToken: VerifyAccessToken
  /** ICE servers for clients that do not bring their own. Default none: enough on one network. */
  iceServers?: (request: IncomingMessage) => readonly IceServer[]
  /** How long a client may be without a connection before it is disconnected, in whole seconds. Default 30. */
  sessionTimeoutSeconds?: number
  /** Whether clients that ask for a dominant speaker, network quality or the like get them. Default true. */
  mediaSignaling?: boolean
  /** How those in rooms with a media server get each other's media. Default `forwarding`. */
  media?: MediaMode
  /** Where the media server is reached. */
  mediaSocket?: MediaServerOptions
  /** Called with errors of the emulator itself. Default: a process warning. */
  reportError?: (error: unknown) => void
}

export type Signaling = {
  /** Takes over a request to upgrade to WebSocket. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Runs changes of the state that belong together, so that clients are sent one update. */
  batch<TResult>(change: () => TResult): TResult
  /**
   * Gives one participant, or everyone, another network for their media.
   * @param participant identity or SID
   * @throws Error when media are not forwarded, RangeError for a condition that no network can have
   */
  setNetwork(conditions: NetworkConditions, participant?: string): void
  /**
   * Takes the UDP port for media now, instead of for the first client.
   * @returns the port; `null` in a mesh
   * @throws when none may be had
   */
  openMedia(): Promise<number | null>
  /** Gives everyone a perfect network again. */
  resetNetwork(): void
  /** Tells who listens what a participant says. @returns whether it could */
  transcribe(participant: Participant, speech: Speech): boolean
  /** Cuts every socket, as a network loss would. */
  dropConnections(): void
  /** Ends every connection with a close code that makes clients reconnect. */
  close(): Promise<void>
}

/** Sync messages of the largest room, with the descriptions of 49 peer connections, are smaller. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024
const MAX_CONNECTIONS = 20_000
const TICK_MS = 1000
/** A tick that comes this late means that the process, or the machine, was asleep. */
const ASLEEP_MS = 5000
/** 1000 would end the rooms of all clients; with this one they reconnect. */
const CLOSE_RESTART = 1012
const CLOSE_GRACE_MS = 1000

/**
 * Twilio's signalling, as `twilio-video` speaks it: a WebSocket endpoint that lets clients into rooms, shows them
 * each other's tracks, and relays what their browsers need to connect to each other. Media never passes here.
 */
export function createSignaling(options: SignalingOptions): Signaling {
  const sessionTimeoutSeconds = options.sessionTimeoutSeconds ?? 30
  const reportError = options.reportError ?? ((error: unknown) => process.emitWarning(toError(error)))
  const { clock } = options.state
  const mediaServer = new MediaServer(options.mediaSocket)
  const mediaSignaling = options.mediaSignaling ?? true
  const registry = createRegistry(options.state, {
    sessionTimeoutSeconds,
    createMediaRoom: (room, trackIds) =>
      options.media !== 'mesh' && hasMediaServer(room.settings.type)
        ? new ForwardingRoom({
            room,
            trackIds,
            server: mediaServer,
            mediaSignaling,
            now: () => clock.now(),
            reportError,
          })
        : new MeshRoom(room.settings, mediaSignaling),
  })
  const connections = new Set<Connection>()
  const unauthorized = createUnauthorizedConnections(registry.hasAway)
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false })
  const now = () => performance.now()
  const iceServers = options.iceServers ?? (() => [])

  let lastTick = now()
  const ticker = setInterval(() => {
    const time = now()
    const wasAsleep = time - lastTick > ASLEEP_MS
    lastTick = time
    for (const connection of connections) {
      if (wasAsleep) connection.forgiveSilence(time)
      connection.tick(time)
    }
  }, TICK_MS)
  ticker.unref()

  return {
    handleUpgrade(request, socket, head) {
      const region = signalingRegionOf(request.headers.host)
      // Where all of Twilio's names lead here, a region that does not exist must not be reached.
      if (region === null) return refuseUpgrade(socket)
      server.handleUpgrade(request, socket, head, (webSocket) => {
        if (connections.size >= MAX_CONNECTIONS) {
          webSocket.on('error', () => {})
          webSocket.send('{"type":"busy","keepAlive":false,"retryAfter":-1}')
          webSocket.close(3006, 'Busy')
          return
        }
        const connection = new Connection(
          webSocket,
          (connection) =>
            createClient(connection, {
              registry,
              verifyAccessToken: options.verifyAccessToken,
              iceServers: () => iceServers(request),
              sessionTimeoutSeconds,
              signalingRegion: region,
              reportError,
            }),
          now,
        )
        connections.add(connection)
        unauthorized.add(connection, socket, head.length)
        webSocket.once('close', () => connections.delete(connection))
      })
    },

    batch: (change) => registry.batch(change),

    setNetwork(conditions, participant) {
      if (options.media === 'mesh') throw new Error('Only media that are forwarded can be given another network')
      mediaServer.network.set(conditions, participant)
    },

    async openMedia() {
      return options.media === 'mesh' ? null : (await mediaServer.open()).port
    },

    transcribe: (participant, speech) => registry.transcribe(participant, speech),

    resetNetwork: () => mediaServer.network.reset(),

    dropConnections() {
      for (const connection of connections) connection.terminate()
    },

    async close() {
      clearInterval(ticker)
      registry.close()
      mediaServer.close()
      server.close()
      for (const connection of connections) connection.close(CLOSE_RESTART, 'The emulator is going away')
      const deadline = now() + CLOSE_GRACE_MS
      while (connections.size > 0 && now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10))
      for (const connection of connections) connection.terminate()
    },
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
