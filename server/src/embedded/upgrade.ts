import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { createOriginCheck } from '../config/allowed-origins.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../core/log.ts'
import { createRefusedOriginLog } from '../core/refused-origin-log.ts'
import { INSIGHTS_PATH, SIGNALING_PATH } from './connect-options.ts'
import type { EmbeddedEmulator } from './emulator.ts'

/** Takes the WebSockets of the emulator on the server's own port. */
export type UpgradeHandler = {
  /** Whether a request to upgrade is for the emulator. */
  accepts(request: IncomingMessage): boolean
  /** Takes over a request that it accepts. Pages that may not call the server may not open a socket either: 403. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Drops all sockets and takes no more: open ones would keep a server from closing. Their clients know to come back. */
  close(): void
}

/** The emulator's own path for each of the server's. */
const TARGETS = [
  [SIGNALING_PATH, '/signaling'],
  [INSIGHTS_PATH, '/v1/VideoEvents'],
] as const

/** One address then serves page, calls and signalling, from other machines and behind TLS too. */
export function createUpgradeHandler(
  emulator: EmbeddedEmulator,
  config: Pick<Config, 'corsOrigins' | 'publicUrl'>,
  log: Log,
): UpgradeHandler {
  const isAllowedOrigin = createOriginCheck(config)
  const logRefused = createRefusedOriginLog()
  const sockets = new Set<Duplex>()
  let isClosed = false

  /** Programs other than browsers send no `Origin`. */
  function isAllowedPage({ headers: { origin, host } }: IncomingMessage): boolean {
    if (origin === undefined || isAllowedOrigin(origin, host)) return true
    logRefused(origin, log)
    return false
  }

  async function passOn(request: IncomingMessage, socket: Duplex, head: Buffer, target: string): Promise<void> {
    try {
      const started = await emulator.start()
      request.url = target
      started.handleUpgrade(request, socket, head)
    } catch (err) {
      log.error({ err }, 'the embedded emulator did not start')
      socket.destroy()
    }
  }

  return {
    accepts: (request) => findTarget(request) !== undefined,
    handle(request, socket, head) {
      const target = findTarget(request)
      socket.on('error', () => socket.destroy())
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      if (target === undefined || isClosed) socket.destroy()
      else if (isAllowedPage(request)) void passOn(request, socket, head, target)
      else socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    },
    close() {
      isClosed = true
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Has a server pass on what is the emulator's; requests to upgrade that nobody serves stay HTTP/1.1. */
export function carryUpgrades(server: Server, upgrades: UpgradeHandler): void {
  server.on('upgrade', (request, socket, head) => {
    if (upgrades.accepts(request)) upgrades.handle(request, socket, head)
  })
  const hasOthers = () => server.listenerCount('upgrade') > 1
  // As Node asks by default, but that a listener of ours is none for whatever is not ours.
  Object.assign(server, {
    shouldUpgradeCallback: (request: IncomingMessage) => upgrades.accepts(request) || hasOthers(),
  })
}

// By the end of the path: a proxy in front may have put its own part before it.
function findTarget({ url = '' }: IncomingMessage): string | undefined {
  const path = url.split('?', 1)[0] ?? ''
  return TARGETS.find(([ours]) => path.endsWith(ours))?.[1]
}
