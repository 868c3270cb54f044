import { connect } from 'node:net'

/** Connecting to this machine takes microseconds. */
const TIMEOUT_MS = 1000

/** Whether another program listens on the same port of `[::1]` while the server is on 127.0.0.1 only. */
export async function findNeighbor(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  if (hostname !== '127.0.0.1') return false
  return new Promise((resolve) => {
    const socket = connect({ host: '::1', port: Number(port), timeout: TIMEOUT_MS })
    const end = (isThere: boolean) => {
      socket.destroy()
      resolve(isThere)
    }
    socket.on('connect', () => end(true))
    socket.on('timeout', () => end(false))
    socket.on('error', () => end(false))
  })
}
