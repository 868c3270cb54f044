import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { RoomEvent } from '@roomkey/shared'
import { Webhook } from 'standardwebhooks'

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 'test').toString('base64')}`

/** A team's backend: what it was sent and has verified, in the order of coming. */
export type WebhookReceiver = AsyncDisposable & {
  url: string
  /** What a server needs to forward to it. */
  env: Record<string, string>
  taken: RoomEvent[]
  /** How often anything was asked of it. */
  attempts: number
  /** Decides about each event: the status to answer with; `undefined`: none, for ever. Default 204. */
  answer: (event: RoomEvent) => number | undefined | Promise<number>
  /** Resolves when so many that match were taken. */
  waitFor(count: number, matches?: (event: RoomEvent) => boolean): Promise<RoomEvent[]>
}

export async function createWebhookReceiver(): Promise<WebhookReceiver> {
  const verifier = new Webhook(WEBHOOK_SECRET)
  let wake = Promise.withResolvers<void>()
  const server = createServer((request, response) => void receive(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = request.headers as Record<string, string>
    const message = verifier.verify(await text(request), headers) as { data: RoomEvent }
    if (headers['webhook-id'] !== `evt_${message.data.id}`) throw new Error('an id of another event')
    await take(message.data, response)
  }

  async function take(event: RoomEvent, response: ServerResponse): Promise<void> {
    receiver.attempts++
    const status = await receiver.answer(event)
    if (status === undefined) return
    response.writeHead(status, status === 307 ? { location: url } : {}).end()
    if (status === 204) receiver.taken.push(event)
    wake.resolve()
    wake = Promise.withResolvers()
  }

  const receiver: WebhookReceiver = {
    url,
    env: {
      EVENTS_WEBHOOK_URL: url,
      EVENTS_WEBHOOK_SECRET: WEBHOOK_SECRET,
      EVENTS_WEBHOOK_PRIVATE_HOSTS: '127.0.0.1',
    },
    taken: [],
    attempts: 0,
    answer: () => 204,
    async waitFor(count, matches = () => true) {
      const deadline = AbortSignal.timeout(90_000)
      const aborted = once(deadline, 'abort')
      for (;;) {
        const found = receiver.taken.filter(matches)
        if (found.length >= count) return found
        if (deadline.aborted) throw new Error(`${found.length} of ${count} were taken`)
        await Promise.race([wake.promise, aborted])
      }
    },
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return receiver
}
