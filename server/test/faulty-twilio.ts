import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A server in Twilio's place that answers as it is told, and counts what it was asked. */
export type FaultyTwilio = AsyncDisposable & {
  url: string
  requests: { method: string; url: string; headers: IncomingMessage['headers'] }[]
  /** Connections that were ever opened. */
  connections: number
  answer: Handler
}

export async function createFaultyTwilio(answer: Handler): Promise<FaultyTwilio> {
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    request.resume()
    faulty.requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
    request.on('end', () => faulty.answer(request, response))
  })
  server.on('connection', (socket) => {
    faulty.connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const faulty: FaultyTwilio = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    connections: 0,
    answer,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return faulty
}

/** Twilio's error body. */
export function twilioError(status: number, code: number, message = 'planted text of Twilio'): Handler {
  return json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status })
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}

export function html(status: number): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html><h1>planted page</h1></html>')
  }
}

/** A room as Twilio sends it. */
export const WIRE_ROOM = {
  sid: `RM${'7'.repeat(32)}`,
  account_sid: `AC${'a'.repeat(32)}`,
  status: 'in-progress',
  type: 'group',
  unique_name: 'Monday',
  date_created: '2026-11-24T12:00:00Z',
  date_updated: '2026-11-24T12:00:00Z',
  end_time: null,
  duration: null,
  max_participants: 50,
  max_participant_duration: 14400,
  max_concurrent_published_tracks: 170,
  record_participants_on_connect: false,
  video_codecs: ['VP8', 'H264'],
  media_region: 'us1',
  audio_only: false,
  enable_turn: true,
  large_room: false,
  empty_room_timeout: 5,
  unused_room_timeout: 5,
  status_callback: null,
  status_callback_method: 'POST',
  url: 'https://video.twilio.com/v1/Rooms/RM',
  links: {},
} as const
