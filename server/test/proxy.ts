import { once } from 'node:events'
import { createServer, request as open } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A forward proxy that takes every plain request to one server, whatever its host, and lets no tunnel through. */
export type ForwardProxy = AsyncDisposable & {
  url: string
  /** What it was asked for: `GET http://…`, `CONNECT host:port`. */
  asked: string[]
}

export async function createForwardProxy(target: string): Promise<ForwardProxy> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const { pathname, search } = new URL(request.url ?? '')
    const forwarded = open(target + pathname + search, { method: request.method, headers: request.headers })
    request.pipe(forwarded)
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
  })
  server.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
