import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import autocannon from 'autocannon'
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import type { Running } from './contender.ts'

export const AUTH_TOKEN = 'the-auth-token-of-the-bench'
export const PUBLIC_URL = 'https://video.example.com'
export const CALLBACK_PATH = '/twilio/status-callback'

/** A status callback, signed as Twilio signs. */
export type Callback = { headers: Record<string, string>; body: string }

let participants = 0

/** The SID of a room, by its number. */
export function roomSid(number: number): string {
  return `RM${number.toString(16).padStart(32, '0')}`
}

/** Where a room's events are read. */
export function eventsOf(room: number): string {
  return `/trpc/rooms.events?input=${encodeURIComponent(JSON.stringify({ sid: roomSid(room) }))}`
}

/** What stands in an event before an identity. */
export const STAMP = '"identity":"'

/** An identity that says when its callback was made. */
export function stamp(): string {
  return String(performance.timeOrigin + performance.now())
}

/** Somebody new comes into a room; their identity says when it was sent. */
export function createCallback(room: number, identity: string): Callback {
  const fields = {
    RoomStatus: 'in-progress',
    RoomType: 'group',
    RoomSid: roomSid(room),
    RoomName: `room ${room}`,
    ParticipantStatus: 'connected',
    ParticipantIdentity: identity,
    SequenceNumber: String(participants),
    StatusCallbackEvent: 'participant-connected',
    Timestamp: new Date().toISOString(),
    ParticipantSid: `PA${(++participants).toString(16).padStart(32, '0')}`,
    AccountSid: `AC${'0'.repeat(32)}`,
  }
  return {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': webhooks.getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC_URL + CALLBACK_PATH, fields),
    },
    body: new URLSearchParams(fields).toString(),
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 50 })

/** Sends one; fails when it is not taken. */
export async function send(server: Running, { headers, body }: Callback): Promise<void> {
  const sent = request({ port: server.port, host: '127.0.0.1', method: 'POST', path: CALLBACK_PATH, headers, agent })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  if (response.statusCode !== 204) throw new Error(`${server.title} answered a callback with ${response.statusCode}`)
}

/** Each a new one, as fast as they are answered. Signed before, so that the load costs the machine little. */
export async function loadCallbacks(
  server: Running,
  callbacks: readonly Callback[],
  { connections, seconds }: { connections: number; seconds: number },
): Promise<{ perSecond: number; p99Ms: number }> {
  let next = 0
  const result = await autocannon({
    url: server.origin + CALLBACK_PATH,
    connections,
    duration: seconds,
    sampleInt: 50,
    requests: [
      {
        method: 'POST',
        setupRequest: (sent) => {
          const { headers, body } = callbacks[next++ % callbacks.length] as Callback
          return { ...sent, path: CALLBACK_PATH, headers, body }
        },
      },
    ],
  })
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${server.title}: ${result.non2xx} callbacks were not taken, ${result.errors} errors`)
  }
  // Who stores nothing does not care.
  if (server.name !== 'raw' && next > callbacks.length) {
    throw new RangeError(`${next} callbacks were sent, of which ${callbacks.length} were new`)
  }
  return {
    perSecond: (result['2xx'] * 1000) / (result.finish.getTime() - result.start.getTime()),
    p99Ms: result.latency.p99,
  }
}
