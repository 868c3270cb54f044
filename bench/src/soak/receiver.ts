import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { RoomEvent } from '@roomkey/shared'

/** A team's backend that events are forwarded to. */
export type Receiver = AsyncDisposable & {
  url: string
  /** In the order in which they came first. */
  taken: RoomEvent[]
  /** Those that came again. */
  again: number
}

export async function createReceiver(): Promise<Receiver> {
  const known = new Set<string>()
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request).catch(() => undefined)
    if (body === undefined) return
    const { data } = JSON.parse(body) as { data: RoomEvent }
    if (known.has(data.id)) receiver.again++
    else receiver.taken.push(data)
    known.add(data.id)
    response.writeHead(204).end()
  }

  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken: [],
    again: 0,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return receiver
}
