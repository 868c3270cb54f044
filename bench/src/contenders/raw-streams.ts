import type { ServerResponse } from 'node:http'
import type { FastifyInstance } from 'fastify'

/** Streams of events as plainly as can be: responses that are kept, and written to. */
export type RawStreams = {
  count(): number
  /** Writes an event to all, as bytes made once. */
  write(id: number, event: object): void
}

/** Adds `/events` to the app. */
export function addRawStreams(app: FastifyInstance): RawStreams {
  const responses = new Set<ServerResponse>()
  app.get('/events', (_request, reply) => {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    raw.write('event: connected\ndata: {}\n\n')
    responses.add(raw)
    raw.on('close', () => responses.delete(raw))
  })
  return {
    count: () => responses.size,
    write(id, event) {
      const frame = Buffer.from(`data: ${JSON.stringify(event)}\nid: ${id}\n\n`)
      for (const response of responses) response.write(frame)
    },
  }
}
