import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CALLBACK_PATH } from '../callbacks.ts'
import { serve } from './serve.ts'

/** Raw Fastify: takes the same forms, believes and stores nothing, and writes each to all who listen. */
export const eventsRaw = { name: 'raw', title: 'raw Fastify', url: import.meta.url }

if (import.meta.main) {
  await serve(async (port) => {
    const { default: Fastify } = await import('fastify')
    const responses = new Set<ServerResponse>()
    let id = 0
    const app = Fastify()
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(body as string))),
    )
    app.post<{ Body: Record<string, string> }>(CALLBACK_PATH, async ({ body }, reply) => {
      if (responses.size > 0) {
        const { RoomSid, RoomName, Timestamp, ParticipantSid, ParticipantIdentity } = body
        const event = {
          type: 'participant-connected',
          id: String(++id),
          roomSid: RoomSid,
          roomName: RoomName,
          at: Timestamp,
          sequenceNumber: id,
          inferred: false,
          participantSid: ParticipantSid,
          identity: ParticipantIdentity,
        }
        const frame = Buffer.from(`data: ${JSON.stringify(event)}\nid: ${id}\n\n`)
        for (const response of responses) response.write(frame)
      }
      return reply.code(204).send()
    })
    app.get('/events', (_request, reply) => {
      reply.hijack()
      const { raw } = reply
      raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
      raw.write('event: connected\ndata: {}\n\n')
      responses.add(raw)
      raw.on('close', () => responses.delete(raw))
    })
    await app.listen({ port, host: '127.0.0.1', backlog: 4096 })
    return { port: (app.server.address() as AddressInfo).port }
  })
}
