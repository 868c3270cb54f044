import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type Received = {
  method: string
  /** As the receiver sees itself: its own address and what was asked of it. */
  url: string
  headers: IncomingMessage['headers']
  parameters: Record<string, string>
}

/** An HTTP server that keeps what it is sent. */
export type Receiver = AsyncDisposable & {
  url: string
  received: Received[]
  /** The first that match, as soon as there are so many; fails after ten seconds. */
  waitFor(count: number, matches?: (received: Received) => boolean): Promise<Received[]>
}

/** @param answer how each request is answered, by its number from 0; default with 204 at once */
export async function createReceiver(
  answer: (response: ServerResponse, index: number) => void = (response) => void response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = []
  let index = 0
  let wake = Promise.withResolvers<void>()
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const { method = '', headers } = request
    const asked = new URL(request.url ?? '', url)
    const parameters = Object.fromEntries(method === 'GET' ? asked.searchParams : new URLSearchParams(body))
    received.push({ method, url: url + request.url, headers, parameters })
    answer(response, index++)
    wake.resolve()
    wake = Promise.withResolvers()
  }

  return {
    url,
    received,
    async waitFor(count, matches = () => true) {
      const deadline = AbortSignal.timeout(10_000)
      const aborted = once(deadline, 'abort')
      for (;;) {
        const found = received.filter((one) => matches(one))
        if (found.length >= count) return found.slice(0, count)
        if (deadline.aborted) throw new Error(`${found.length} of ${count} came: ${JSON.stringify(received)}`)
        await Promise.race([wake.promise, aborted])
      }
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
