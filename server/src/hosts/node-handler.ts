import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Roomkey } from '../roomkey.ts'
import { createMountedApp, type MountOptions } from './mounted-app.ts'

/** What `http.createServer`, `app.use` of Express and their like take. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Roomkey as a handler of Node's requests: `app.use('/video', createNodeHandler(roomkey))` in Express or NestJS, or
 * `http.createServer(createNodeHandler(roomkey))`. It answers every request that it is given, and reads bodies itself:
 * it goes before `express.json()` and the like. The caller closes `roomkey`.
 *
 * With the embedded emulator, `roomkey.serveSignaling(server)` has the server carry its WebSockets.
 */
export function createNodeHandler(roomkey: Roomkey, options: MountOptions = {}): NodeHandler {
  const app = createMountedApp(roomkey, options)
  let isReady = false

  async function serveWhenReady(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await app.ready()
    } catch (error) {
      roomkey.log.error({ err: error }, 'Roomkey could not start')
      response.writeHead(503, { 'content-type': 'text/plain' }).end('Roomkey could not start: see the log')
      return
    }
    isReady = true
    app.routing(request, response)
  }

  return (request, response) => {
    if (isRead(request)) refuseRead(roomkey, response)
    else if (isReady) app.routing(request, response)
    else void serveWhenReady(request, response)
  }
}

/** A body that the host has read already would be waited for in vain. */
function isRead({ readableEnded, headers }: IncomingMessage): boolean {
  return readableEnded && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
}

function refuseRead({ log }: Roomkey, response: ServerResponse): void {
  log.error('a body was read before it came to Roomkey: put its handler before express.json() and other body parsers')
  response.writeHead(500, { 'content-type': 'text/plain' }).end('The body was read before Roomkey: see the log')
}
