import { once } from 'node:events'
import { createServer, request as open, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** A reverse proxy that gives a server a path of its own, and 404 to all beside it. */
export type PathProxy = AsyncDisposable & {
  /** Where the server is now: `http://127.0.0.1:1234/video`. */
  url: string
  /** Which server it leads to. It is known later than the proxy's address, which the server is told at its start. */
  leadTo(target: string): void
}

/** @param options.cuts whether the server sees its own paths, or the whole ones. */
export async function createPathProxy(path: string, { cuts }: { cuts: boolean }): Promise<PathProxy> {
  let target = ''
  const server = createServer((request, response) => {
    const forwarded = forward(request)
    if (forwarded === undefined) return response.writeHead(404).end()
    forwarded.on('error', () => response.writeHead(502).end())
    forwarded.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    return request.pipe(forwarded)
  })
  server.on('upgrade', (request, socket, head) => {
    const forwarded = forward(request)
    if (forwarded === undefined) return socket.destroy()
    forwarded.on('error', () => socket.destroy())
    forwarded.on('response', () => socket.destroy())
    forwarded.on('upgrade', ({ rawHeaders }, far, farHead) => {
      const lines = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`))
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
      far.unshift(farHead)
      socket.unshift(head)
      join(socket, far)
    })
    return forwarded.end()
  })

  function forward({ method, url = '', headers }: IncomingMessage) {
    const isBelow = url === path || url.startsWith(`${path}/`) || url.startsWith(`${path}?`)
    if (!isBelow) return undefined
    const rest = url.slice(path.length)
    return open(target + (cuts ? rest.replace(/^(?!\/)/, '/') : url), { method, headers })
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    leadTo(url) {
      target = url
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function join(near: Duplex, far: Duplex): void {
  near.pipe(far).pipe(near)
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}
