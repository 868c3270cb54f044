import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ConnectOptions } from '@roomkey/shared'
import type { FastifyInstance } from 'fastify'
import type { CallSource } from '../rpc/context.ts'
import type { EmbeddedEmulator } from './emulator.ts'

const SIGNALING_PATH = '/emulator/signaling'
const INSIGHTS_PATH = '/emulator/insights'

/**
 * Carries the emulator's WebSockets on the server's own port, so that one address serves page, calls and
 * signalling, from other machines and behind TLS too. Sockets for other paths are left to other listeners.
 */
export function carrySignaling(app: FastifyInstance, emulator: EmbeddedEmulator): void {
  let closing = false
  // Open sockets would keep the server from closing; cut like this, their clients know to come back.
  app.addHook('preClose', async () => {
    closing = true
    emulator.running()?.dropConnections()
  })
  app.server.on('upgrade', (request, socket, head) => {
    const path = request.url?.split('?', 1)[0]
    const target = path === SIGNALING_PATH ? '/signaling' : path === INSIGHTS_PATH ? '/v1/VideoEvents' : undefined
    if (target === undefined) {
      if (app.server.listenerCount('upgrade') === 1) socket.destroy()
      return
    }
    if (closing) {
      socket.destroy()
      return
    }
    socket.on('error', () => socket.destroy())
    void handOver(emulator, request, socket, head, target).catch((err: unknown) => {
      app.log.error({ err }, 'the embedded emulator did not start')
      socket.destroy()
    })
  })
}

async function handOver(
  emulator: EmbeddedEmulator,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: string,
): Promise<void> {
  const started = await emulator.start()
  request.url = target
  started.handleUpgrade(request, socket, head)
}

/**
 * Finds where a browser reaches the emulator's signalling: at the public address when there is one, else at the address
 * it called. `wss` where the call came by `https`.
 */
export function createSignalingFinder(publicUrl: string | undefined): (source: CallSource) => ConnectOptions {
  if (publicUrl !== undefined) {
    const options = toConnectOptions(publicUrl)
    return () => options
  }
  let last: (Pick<CallSource, 'host' | 'protocol'> & { options: ConnectOptions }) | undefined
  // Nearly every call comes to the same address, and checking it takes a third as long as signing a token.
  return ({ host, protocol }) => {
    if (last?.host !== host || last?.protocol !== protocol)
      last = { host, protocol, options: findOptions(protocol, host) }
    return last.options
  }
}

function findOptions(protocol: string, host: string | undefined): ConnectOptions {
  const origin = `${protocol}://${host}`
  return host !== undefined && HOST.test(host) && URL.canParse(origin) ? toConnectOptions(origin) : {}
}

function toConnectOptions(baseUrl: string): ConnectOptions {
  const socketBase = baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '')
  return { wsServer: `${socketBase}${SIGNALING_PATH}`, wsServerInsights: `${socketBase}${INSIGHTS_PATH}` }
}

/** Where a browser finds the signalling of an emulator elsewhere, from its Video API's URL. */
export function findSignalingOf(videoUrl: string): ConnectOptions {
  const socketBase = videoUrl.replace(/^http/, 'ws').replace(/\/+$/, '')
  return { wsServer: `${socketBase}/signaling`, wsServerInsights: `${socketBase}/v1/VideoEvents` }
}

// `Host` is whatever the caller sent: only a plain name or address with an optional port becomes part of a URL.
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i
