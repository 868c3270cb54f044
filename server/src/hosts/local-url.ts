import type { Server } from 'node:http'

/** The address at which this machine reaches a server that listens; `undefined` for one on a pipe. */
export function findLocalUrl(server: Server): string | undefined {
  const address = server.address()
  if (address === null || typeof address === 'string') return undefined
  const host = address.family === 'IPv6' ? '[::1]' : address.address === '0.0.0.0' ? '127.0.0.1' : address.address
  return `http://${host}:${address.port}`
}
