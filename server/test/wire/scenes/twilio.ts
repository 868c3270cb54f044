import type { IncomingMessage, ServerResponse } from 'node:http'
import { createFaultyTwilio, html, json, twilioError, WIRE_ROOM } from '../../faulty-twilio.ts'
import { SAMPLE_CREDENTIALS } from '../../setup.ts'
import type { Scene } from '../wire.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Each way in which Twilio can fail to answer. */
const FAILURES: [what: string, answer: Handler][] = [
  ['a room', json(200, WIRE_ROOM)],
  ['a room that is not what was promised', json(200, { ...WIRE_ROOM, sid: 7 })],
  ['bad credentials', twilioError(401, 20003)],
  ['a suspended account', twilioError(403, 20403)],
  ['a missing room', twilioError(404, 20404)],
  ['a completed room', twilioError(400, 53112)],
  ['a taken name', twilioError(400, 53113)],
  ['an error of its own', twilioError(400, 53123)],
  ['an error page', html(404)],
  ['a request too many', json(429, { code: 20429 }, { 'retry-after': '7' })],
  ['its own failure', twilioError(500, 20500)],
  ['what is no JSON', html(200)],
  [
    'half an answer',
    (_request, response) => response.writeHead(200, { 'content-length': '99' }).write('{', () => response.destroy()),
  ],
  ['nothing, and hangs up', (_request, response) => response.destroy()],
  ['nothing', () => {}],
]

export async function createTwilioScene(): Promise<Scene & AsyncDisposable> {
  const twilio = await createFaultyTwilio(() => {})
  return {
    world: {
      env: {
        ...SAMPLE_CREDENTIALS,
        TWILIO_VIDEO_URL: twilio.url,
        TWILIO_TIMEOUT_MS: '3000',
        OPEN_ACCESS: 'true',
        DATA_DIR: ':memory:',
      },
    },
    async play({ query, mutate }) {
      for (const [what, answer] of FAILURES) {
        twilio.answer = answer
        await mutate(`Twilio answers a write with ${what}`, 'rooms.create', { roomName: 'Monday' })
      }
      for (const [what, answer] of FAILURES.slice(0, 9)) {
        twilio.answer = answer
        await query(`Twilio answers a read with ${what}`, 'rooms.get', { sid: 'Monday' })
        await query(`Twilio answers about a participant with ${what}`, 'participants.get', {
          roomSid: 'Monday',
          participant: 'bob',
        })
      }
    },
    [Symbol.asyncDispose]: () => twilio[Symbol.asyncDispose](),
  }
}
