import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

const RELEASE_EVERY_MS = 50

/**
 * Lets go of connections without a request once the server is closing, as each would hold it open until its client lets
 * go: those kept alive after the response that they were waiting for, and those that have said nothing yet. Browsers
 * open such in advance, and Node takes them for busy.
 */
export function releaseConnections(app: FastifyInstance): void {
  const { server } = app
  const connections = new Set<Socket>()
  function forget(this: Socket): void {
    connections.delete(this)
  }
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', forget)
  })
  app.addHook('preClose', async () => {
    const timer = setInterval(() => {
      server.closeIdleConnections()
      for (const socket of connections) if (socket.bytesRead === 0) socket.destroy()
    }, RELEASE_EVERY_MS)
    server.once('close', () => clearInterval(timer))
    timer.unref()
  })
}
