import type { Duplex } from 'node:stream'
import type { Connection } from './connection.ts'

/** What a socket may send before it has shown a valid access token: a hello and a connect are a few kilobytes. */
const MAX_BYTES = 64 * 1024
/** Beyond so many, the one that has waited longest makes room. */
const MAX_CONNECTIONS = 500

/** Connections whose client has not shown a valid access token yet: few, and each may say little. */
export type UnauthorizedConnections = {
  /** Watches a connection until it is authorized or closed. `bytes` have been read of its socket already. */
  add(connection: Connection, socket: Duplex, bytes: number): void
}

/** @param mayResume whether somebody's session waits for a new connection, whose first message may be as large as a room. */
export function createUnauthorizedConnections(mayResume: () => boolean): UnauthorizedConnections {
  const waiting = new Set<Connection>()

  return {
    add(connection, socket, bytes) {
      let received = bytes
      const count = (chunk: Buffer): void => {
        received += chunk.length
        if (received > MAX_BYTES && !mayResume()) connection.terminate()
      }
      const release = (): void => {
        waiting.delete(connection)
        socket.off('data', count)
      }
      // Before the WebSocket makes a message of it.
      socket.prependListener('data', count)
      socket.once('close', release)
      connection.onAuthorized(release)
      waiting.add(connection)
      const [oldest] = waiting
      if (waiting.size > MAX_CONNECTIONS) oldest?.terminate()
    },
  }
}
