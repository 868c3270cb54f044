import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import { z } from 'zod'
import type { VerifyAccessToken } from './access-token.ts'
import { TwilioError } from './errors.ts'
import { toText } from './signaling/socket/raw-data.ts'
import { createRateLimit } from './signaling/socket/rate-limit.ts'

export type Insights = {
  /** Takes over a request to upgrade to WebSocket. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

const MAX_FRAME_BYTES = 256 * 1024
const MAX_CONNECTIONS = 20_000
/** The SDK reports a few events a second. */
const EVENT_RATE = { burst: 1000, perSecond: 50 }
const CONNECT_TIMEOUT_MS = 15_000

const ConnectSchema = z.object({ type: z.literal('connect'), token: z.unknown().optional() })

/**
 * The gateway that the SDK reports its own events to. It accepts every event and keeps none; a call does
 * not depend on it.
 */
export function createInsights(verifyAccessToken: VerifyAccessToken): Insights {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false })

  function accept(socket: WebSocket): void {
    // A close follows and says all there is to say.
    socket.on('error', () => {})
    if (server.clients.size > MAX_CONNECTIONS) return socket.close(1013, 'Busy')
    const events = createRateLimit(EVENT_RATE, performance.now())
    const connectTimeout = setTimeout(() => socket.terminate(), CONNECT_TIMEOUT_MS)
    connectTimeout.unref()
    let isConnected = false
    socket.on('close', () => clearTimeout(connectTimeout))
    socket.on('message', (data, isBinary) => {
      if (isBinary || !events.take(1, performance.now())) return socket.close(1008, 'Too many events')
      if (isConnected) return
      const response = greet(toText(data))
      isConnected = response.type === 'connected'
      socket.send(JSON.stringify(response))
      if (isConnected) clearTimeout(connectTimeout)
    })
  }

  function greet(text: string): { type: 'connected'; session: string } | { type: 'error'; message: string } {
    try {
      verifyAccessToken(ConnectSchema.parse(JSON.parse(text)).token)
      return { type: 'connected', session: randomUUID() }
    } catch (error) {
      return { type: 'error', message: error instanceof TwilioError ? error.message : 'Invalid message' }
    }
  }

  return {
    handleUpgrade: (request, socket, head) => server.handleUpgrade(request, socket, head, accept),
    close() {
      server.close()
      for (const socket of server.clients) socket.terminate()
    },
  }
}
