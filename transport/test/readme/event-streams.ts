import { createBroadcast, createEventStreams } from '@roomkey/trpc-fastify'
import Fastify from 'fastify'

export const headlines = createBroadcast<{ text: string }>()

export const app = Fastify()
const streams = createEventStreams(app)
app.get('/headlines', (request, reply) => {
  const lastEventId = String(request.headers['last-event-id'] ?? '')
  streams.send(reply, headlines.subscribe({ lastEventId }))
})
