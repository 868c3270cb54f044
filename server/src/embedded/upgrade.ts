import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '../core/log.ts'
import { INSIGHTS_PATH, SIGNALING_PATH } from './connect-options.ts'
import type { EmbeddedEmulator } from './emulator.ts'

/** Takes the WebSockets of the emulator on the server's own port. */
export type UpgradeHandler = {
  /** Whether the socket was for the emulator; others are left as they are. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Drops all sockets and takes no more: open ones would keep a server from closing. Their clients know to come back. */
  close(): void
}

/** The emulator's own path for each of the server's. */
const TARGETS: Readonly<Record<string, string>> = {
  [SIGNALING_PATH]: '/signaling',
  [INSIGHTS_PATH]: '/v1/VideoEvents',
}

/** One address then serves page, calls and signalling, from other machines and behind TLS too. */
export function createUpgradeHandler(emulator: EmbeddedEmulator, log: Log): UpgradeHandler {
  let isClosed = false

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
    handle(request, socket, head) {
      const target = TARGETS[request.url?.split('?', 1)[0] ?? '']
      if (target === undefined) return false
      socket.on('error', () => socket.destroy())
      if (isClosed) socket.destroy()
      else void passOn(request, socket, head, target)
      return true
    },
    close() {
      isClosed = true
      emulator.running()?.dropConnections()
    },
  }
}
