import type { AddressInfo } from 'node:net'
import { CALLBACK_PATH } from '../callbacks.ts'
import { addRawStreams } from './raw-streams.ts'
import { serve } from './serve.ts'

/** Raw Fastify: takes the same forms, believes and stores nothing, and writes each to all who listen. */
export const eventsRaw = { name: 'raw', title: 'raw Fastify', url: import.meta.url }

if (import.meta.main) {
  await serve(async (port) => {
    const { default: Fastify } = await import('fastify')
    let id = 0
    const app = Fastify()
    const streams = addRawStreams(app)
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, Object.fromEntries(new URLSearchParams(body as string))),
    )
    app.post<{ Body: Record<string, string> }>(CALLBACK_PATH, async ({ body }, reply) => {
      if (streams.count() > 0) {
        const { RoomSid, RoomName, Timestamp, ParticipantSid, ParticipantIdentity } = body
        id++
        streams.write(id, {
          type: 'participant-connected',
          id: String(id),
          roomSid: RoomSid,
          roomName: RoomName,
          at: Timestamp,
          sequenceNumber: id,
          inferred: false,
          participantSid: ParticipantSid,
          identity: ParticipantIdentity,
        })
      }
      return reply.code(204).send()
    })
    await app.listen({ port, host: '127.0.0.1', backlog: 4096 })
    return { port: (app.server.address() as AddressInfo).port }
  })
}
