import type { IncomingMessage, ServerResponse } from 'node:http'
import { createFaultyTwilio, html, json, twilioError, WIRE_ROOM } from '../../faulty-twilio.ts'
import { SAMPLE_CREDENTIALS } from '../../setup.ts'
import type { Scene } from '../wire.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Each way in which Twilio can fail to answer, whatever is asked. */
const FAILURES: [what: string, answer: Handler][] = [
  ['what was not promised', json(200, { ...WIRE_ROOM, sid: 7 })],
  ['bad credentials', twilioError(401, 20003)],
  ['a suspended account', twilioError(403, 20403)],
  ['an error of its own', twilioError(400, 53123)],
  ['an error page', html(404)],
]

/** Those that are tried again when reading: how that ends is a matter of time. */
const UNCLEAR_FAILURES: typeof FAILURES = [
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
      const room = { roomName: 'Monday' }
      for (const [what, answer] of [...FAILURES, ...UNCLEAR_FAILURES]) {
        twilio.answer = answer
        await mutate(`Twilio answers a write with ${what}`, 'rooms.create', room)
      }
      for (const [what, answer] of FAILURES) {
        twilio.answer = answer
        await query(`Twilio answers a read with ${what}`, 'rooms.get', { sid: 'Monday' })
      }
      twilio.answer = json(200, WIRE_ROOM)
      await query('Twilio shows a room', 'rooms.get', { sid: 'Monday' })
      twilio.answer = twilioError(404, 20404)
      await query('Twilio has no such room', 'rooms.get', { sid: 'Monday' })
      await query('Twilio has no such participant', 'participants.get', { roomSid: 'Monday', participant: 'bob' })
      twilio.answer = twilioError(400, 53113)
      await mutate('Twilio has a room of that name', 'rooms.create', room)
      twilio.answer = twilioError(400, 53112)
      await mutate('Twilio has completed the room', 'rooms.complete', { sid: WIRE_ROOM.sid })
      // Last: for seven seconds nothing else is asked of it.
      twilio.answer = json(429, { code: 20429 }, { 'retry-after': '7' })
      await mutate('Twilio answers a write with a request too many', 'rooms.create', room)
      await query('Twilio answers a read with a request too many', 'rooms.get', { sid: 'Monday' })
    },
    [Symbol.asyncDispose]: () => twilio[Symbol.asyncDispose](),
  }
}
