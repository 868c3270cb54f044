import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test, describe } from 'vitest'
import type { VideoError } from '../core/video-error.ts'
import { WIRE_ROOM, createFaultyTwilio, html, json, twilioError } from '../../test/faulty-twilio.ts'
import type { FaultyTwilio } from '../../test/faulty-twilio.ts'
import { createTwilioVideo } from './video.ts'
import type { TwilioVideo } from './video.ts'

const credentials = {
  accountSid: `AC${'a'.repeat(32)}`,
  apiKeySid: `SK${'b'.repeat(32)}`,
  apiKeySecret: 'planted-secret',
}

const OTHER_SID = `RM${'8'.repeat(32)}`
const COMPLETED_ROOM = { ...WIRE_ROOM, status: 'completed', end_time: '2026-11-24T13:00:00Z', duration: 3600 }
const REMOVED_PARTICIPANT = {
  sid: `PA${'6'.repeat(32)}`,
  room_sid: WIRE_ROOM.sid,
  identity: 'Bo',
  status: 'disconnected',
  date_created: '2026-11-24T12:00:00Z',
  date_updated: '2026-11-24T12:00:00Z',
  start_time: '2026-11-24T12:00:00Z',
  end_time: '2026-11-24T12:30:00Z',
  duration: 1800,
}

function open({ url }: { url: string }, timeoutMs = 5_000, warnings: object[] = []): TwilioVideo {
  const warn = (fields: object | string) => void warnings.push(Object(fields) as object)
  const log = { debug() {}, info() {}, warn, error() {} }
  return createTwilioVideo({ credentials: { ...credentials, videoUrl: url }, timeoutMs, log })
}

/** A page of a list as Twilio sends it. */
function page(key: 'rooms' | 'participants', ...items: unknown[]): object {
  return { [key]: items, meta: { key, next_page_url: null } }
}

async function failureOf(call: Promise<unknown>): Promise<VideoError> {
  return call.then(
    () => {
      throw new Error('the call succeeded')
    },
    (error: VideoError) => error,
  )
}

describe('each way Twilio can fail has a code of its own', () => {
  test.each([
    ['401', twilioError(401, 20003), 'TWILIO_UNAUTHORIZED', 20003],
    ['403 of a closed account', twilioError(403, 20403), 'TWILIO_UNAUTHORIZED', 20403],
    ['404', twilioError(404, 20404), 'ROOM_NOT_FOUND', 20404],
    ['53112', twilioError(400, 53112), 'ROOM_COMPLETED', 53112],
    ['53119, out of quota', twilioError(400, 53119), 'TWILIO_REJECTED', 53119],
    ['401 by somebody else', html(401), 'TWILIO_UNAUTHORIZED', undefined],
    ['404 by somebody else', html(404), 'TWILIO_RESPONSE_INVALID', undefined],
    ['HTML with 200', html(200), 'TWILIO_RESPONSE_INVALID', undefined],
    ['HTML with 502', html(502), 'TWILIO_FAILED', undefined],
    ['500', twilioError(500, 20500), 'TWILIO_FAILED', 20500],
    ['503', twilioError(503, 20503), 'TWILIO_FAILED', 20503],
    ['429', twilioError(429, 20429), 'TWILIO_RATE_LIMITED', 20429],
    ['an empty object', json(200, {}), 'TWILIO_RESPONSE_INVALID', undefined],
    ['an array', json(200, []), 'TWILIO_RESPONSE_INVALID', undefined],
    ['null', json(200, null), 'TWILIO_RESPONSE_INVALID', undefined],
    ['a room with a bad date', json(200, { ...WIRE_ROOM, date_created: 'soon' }), 'TWILIO_RESPONSE_INVALID', undefined],
    ['a room with a bad SID', json(200, { ...WIRE_ROOM, sid: '../x' }), 'TWILIO_RESPONSE_INVALID', undefined],
  ])('%s', async (_name, answer, code, twilioCode) => {
    await using faulty = await createFaultyTwilio(answer)
    const error = await failureOf(open(faulty).getRoom('Monday'))
    expect(error).toMatchObject({ name: 'VideoError', code, twilioCode })
    expect(error.message).not.toContain('planted')
  })

  test('53113 names the room', async () => {
    await using faulty = await createFaultyTwilio(twilioError(400, 53113))
    const error = await failureOf(open(faulty).createRoom({ roomName: 'Monday' }))
    expect(error).toMatchObject({ code: 'ROOM_NAME_TAKEN', twilioCode: 53113 })
    expect(error.message).toContain('Monday')
  })

  test('a redirect, which would carry the credentials away', async () => {
    await using other = await createFaultyTwilio(json(200, WIRE_ROOM))
    await using faulty = await createFaultyTwilio(json(302, {}, { location: `${other.url}/v1/Rooms/Monday` }))
    expect(await failureOf(open(faulty).getRoom('Monday'))).toMatchObject({ code: 'TWILIO_RESPONSE_INVALID' })
    expect(other.requests).toEqual([])
  })

  test('half a body', async () => {
    await using faulty = await createFaultyTwilio((_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write(JSON.stringify(WIRE_ROOM).slice(0, 100), () => response.destroy())
    })
    const error = await failureOf(open(faulty).createRoom({}))
    expect(error.code).toBe('TWILIO_RESPONSE_INCOMPLETE')
    expect(faulty.requests).toHaveLength(1)
  })

  test('half a body that never goes on', async () => {
    await using faulty = await createFaultyTwilio((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
      response.write('{"sid":')
    })
    expect(await failureOf(open(faulty, 300).getRoom('Monday'))).toMatchObject({ code: 'TWILIO_TIMEOUT' })
  })

  test('no answer', async () => {
    await using faulty = await createFaultyTwilio(() => {})
    expect(await failureOf(open(faulty, 300).getRoom('Monday'))).toMatchObject({ code: 'TWILIO_TIMEOUT' })
  })

  test('an answer without an end', async () => {
    await using faulty = await createFaultyTwilio((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const chunk = ' '.repeat(1024 * 1024)
      const pour = (): void => void (response.writable && response.write(chunk, pour))
      pour()
    })
    expect(await failureOf(open(faulty, 20_000).getRoom('Monday'))).toMatchObject({ code: 'TWILIO_RESPONSE_INVALID' })
  })

  test('a closed connection', async () => {
    await using faulty = await createFaultyTwilio((request) => request.socket.destroy())
    expect(await failureOf(open(faulty).createRoom({}))).toMatchObject({ code: 'TWILIO_UNAVAILABLE' })
  })

  test('a refused connection', async () => {
    const { url } = await closedServer()
    expect(await failureOf(open({ url }).getRoom('Monday'))).toMatchObject({ code: 'TWILIO_UNAVAILABLE' })
  })

  test('a participant that is not there', async () => {
    await using faulty = await createFaultyTwilio(twilioError(404, 20404))
    const error = await failureOf(open(faulty).getParticipant('Monday', 'Bo'))
    expect(error).toMatchObject({ code: 'PARTICIPANT_NOT_FOUND' })
  })
})

describe('retries', () => {
  test('repeats a read until Twilio recovers', async () => {
    const faults = [
      html(502),
      twilioError(429, 20429),
      (request: { socket: { destroy(): void } }) => request.socket.destroy(),
    ]
    await using faulty = await createFaultyTwilio((request, response) =>
      (faults.shift() ?? json(200, WIRE_ROOM))(request, response),
    )
    expect(await open(faulty).getRoom('Monday')).toMatchObject({ name: 'Monday' })
    expect(faulty.requests).toHaveLength(4)
  })

  test('gives up after four attempts', async () => {
    await using faulty = await createFaultyTwilio(html(503))
    expect(await failureOf(open(faulty).getRoom('Monday'))).toMatchObject({ code: 'TWILIO_FAILED' })
    expect(faulty.requests).toHaveLength(4)
  })

  test('repeats the making of a room only when Twilio says it was not processed', async () => {
    const faults = [twilioError(429, 20429)]
    await using faulty = await createFaultyTwilio((request, response) =>
      (faults.shift() ?? json(201, WIRE_ROOM))(request, response),
    )
    const twilio = open(faulty)
    await twilio.createRoom({ roomName: 'Monday' })
    expect(faulty.requests).toHaveLength(2)
    for (const fault of [html(502), html(503), (request: IncomingMessage) => void request.socket.destroy()]) {
      faulty.answer = fault
      const before = faulty.requests.length
      await failureOf(twilio.createRoom({}))
      expect(faulty.requests).toHaveLength(before + 1)
    }
  })

  test.each([
    ['503', twilioError(503, 20503)],
    ['429', twilioError(429, 20429)],
    ['a broken connection', (request: IncomingMessage) => void request.socket.destroy()],
  ])('repeats after %s what does no more when it is done twice', async (_name, fault) => {
    await using faulty = await createFaultyTwilio(fault)
    const twilio = open(faulty)
    for (const [change, wire] of [
      [() => twilio.completeRoom('Monday'), COMPLETED_ROOM],
      [() => twilio.removeParticipant('Monday', 'Bo'), REMOVED_PARTICIPANT],
    ] as const) {
      const faults = [fault]
      faulty.answer = (request, response) => (faults.pop() ?? json(202, wire))(request, response)
      const before = faulty.requests.length
      expect(await change()).toMatchObject({ sid: wire.sid })
      expect(faulty.requests.slice(before).map(({ method }) => method)).toEqual(['POST', 'POST'])
    }
  })

  test.each([
    ['a room by its SID', (twilio: TwilioVideo) => twilio.completeRoom(WIRE_ROOM.sid), COMPLETED_ROOM],
    ['a room by its name', (twilio: TwilioVideo) => twilio.completeRoom('Monday'), page('rooms', COMPLETED_ROOM)],
    [
      'a participant by SID',
      (twilio: TwilioVideo) => twilio.removeParticipant(WIRE_ROOM.sid, REMOVED_PARTICIPANT.sid),
      REMOVED_PARTICIPANT,
    ],
    [
      'a participant by identity',
      (twilio: TwilioVideo) => twilio.removeParticipant(WIRE_ROOM.sid, 'Bo'),
      page('participants', REMOVED_PARTICIPANT),
    ],
  ])('takes %s that a broken attempt was done with for done', async (_name, change, wire) => {
    await using faulty = await createFaultyTwilio(html(503))
    const answers = [html(503), twilioError(404, 20404)]
    faulty.answer = (request, response) => (answers.shift() ?? json(200, wire))(request, response)
    expect(await change(open(faulty))).toMatchObject({ status: expect.stringMatching(/completed|disconnected/) })
    expect(faulty.requests.map(({ method }) => method)).toEqual(['POST', 'POST', 'GET'])
    // Without a broken attempt before, it is an error.
    faulty.answer = twilioError(404, 20404)
    expect((await failureOf(change(open(faulty)))).code).toMatch(/_NOT_FOUND$/)
    expect(faulty.requests).toHaveLength(4)
  })

  test('leaves a long Retry-After to the caller', async () => {
    await using faulty = await createFaultyTwilio(
      json(429, { code: 20429, message: 'x', status: 429 }, { 'retry-after': '30' }),
    )
    const error = await failureOf(open(faulty).getRoom('Monday'))
    expect(error).toMatchObject({ code: 'TWILIO_RATE_LIMITED', retryAfterSeconds: 30 })
    expect(faulty.requests).toHaveLength(1)
  })

  test('stops when the caller does', async () => {
    await using faulty = await createFaultyTwilio(html(503))
    const controller = new AbortController()
    faulty.answer = (request, response) => {
      html(503)(request, response)
      controller.abort(new Error('caller left'))
    }
    await expect(open(faulty).getRoom('Monday', { signal: controller.signal })).rejects.toThrow('caller left')
    expect(faulty.requests).toHaveLength(1)
  })
})

describe('a kept-alive connection that was closed meanwhile', () => {
  /** Answers the first request of each connection, and closes it at the next. */
  const closeReused = (wire: object) => {
    const used = new WeakSet<object>()
    return (request: IncomingMessage, response: ServerResponse) => {
      if (used.has(request.socket)) request.socket.destroy()
      else json(200, wire)(request, response)
      used.add(request.socket)
    }
  }

  test.each([
    ['a read', (twilio: TwilioVideo) => twilio.getRoom('Monday'), WIRE_ROOM],
    ['the end of a room', (twilio: TwilioVideo) => twilio.completeRoom('Monday'), COMPLETED_ROOM],
    ['a removal', (twilio: TwilioVideo) => twilio.removeParticipant('Monday', 'Bo'), REMOVED_PARTICIPANT],
  ])('costs %s no more than one on a fresh connection', async (_name, send, wire) => {
    await using faulty = await createFaultyTwilio(closeReused(wire))
    const twilio = open(faulty)
    await send(twilio)
    expect(await send(twilio)).toMatchObject({ sid: wire.sid })
    expect(faulty.requests).toHaveLength(3)
    expect(faulty.connections).toBe(2)
  })

  test('never makes a second room', async () => {
    await using faulty = await createFaultyTwilio(closeReused(WIRE_ROOM))
    const twilio = open(faulty)
    await twilio.createRoom({})
    const error = await failureOf(twilio.createRoom({}))
    expect(error).toMatchObject({ code: 'TWILIO_UNAVAILABLE' })
    expect(error.message).toContain('check whether the call took effect')
    expect(faulty.requests).toHaveLength(2)
  })
})

describe('an odd item of a list', () => {
  test.each([
    ['null', null],
    ['a word', 'room'],
    ['without its fields', {}],
    ['of a status nobody knows', { ...WIRE_ROOM, sid: OTHER_SID, status: 'paused' }],
    ['without numbers', { ...WIRE_ROOM, sid: OTHER_SID, max_participants: null }],
    ['of a broken date', { ...WIRE_ROOM, sid: OTHER_SID, date_created: 'soon' }],
  ])('that is %s hides nothing but itself', async (_name, odd) => {
    const last = { ...WIRE_ROOM, sid: `RM${'9'.repeat(32)}` }
    await using faulty = await createFaultyTwilio(json(200, page('rooms', WIRE_ROOM, odd, last)))
    const warnings: object[] = []
    const { items, nextCursor } = await open(faulty, 5000, warnings).listRooms({})
    expect(items.map(({ sid }) => sid)).toEqual([WIRE_ROOM.sid, last.sid])
    expect(nextCursor).toBeNull()
    expect(warnings).toHaveLength(1)
  })

  test.each([
    ['fields nobody knows', { ...WIRE_ROOM, mood: { good: true } }, { name: 'Monday' }],
    ['no name', { ...WIRE_ROOM, unique_name: null }, { name: WIRE_ROOM.sid }],
    ['no codecs', { ...WIRE_ROOM, video_codecs: null }, { videoCodecs: [] }],
    ['a kind of its own', { ...WIRE_ROOM, type: 'stage' }, { type: 'stage' }],
  ])('that has %s is passed on', async (_name, odd, expected) => {
    await using faulty = await createFaultyTwilio(json(200, page('rooms', odd)))
    expect((await open(faulty).listRooms({})).items).toMatchObject([expected])
  })

  test('of participants hides nothing but itself either', async () => {
    const odd = { ...REMOVED_PARTICIPANT, status: 'floating' }
    await using faulty = await createFaultyTwilio(json(200, page('participants', odd, null, REMOVED_PARTICIPANT)))
    const warnings: object[] = []
    const { items } = await open(faulty, 5000, warnings).listParticipants('Monday', {})
    expect(items).toMatchObject([{ identity: 'Bo' }])
    expect(warnings).toHaveLength(2)
  })
})

describe('connections', () => {
  test('are kept alive', async () => {
    await using faulty = await createFaultyTwilio(json(200, WIRE_ROOM))
    const twilio = open(faulty)
    for (let i = 0; i < 10; i++) await twilio.getRoom('Monday')
    expect(faulty.requests).toHaveLength(10)
    expect(faulty.connections).toBe(1)
  })

  test('many readers of one room make one request', async () => {
    await using faulty = await createFaultyTwilio(json(200, WIRE_ROOM))
    const twilio = open(faulty)
    await twilio.getRoom('warm-up')
    await Promise.all(Array.from({ length: 1000 }, () => twilio.getRoom('Monday')))
    expect(faulty.requests).toHaveLength(2)
  })

  test('an aborted call aborts its request', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    await using faulty = await createFaultyTwilio((request) => {
      request.socket.on('close', resolve)
      ask()
    })
    const controller = new AbortController()
    const call = open(faulty).createRoom({}, { signal: controller.signal })
    await asked
    controller.abort(new Error('caller left'))
    await expect(call).rejects.toThrow('caller left')
    await closed
  })

  test('go to the base URL and nowhere else, with names encoded', async () => {
    await using faulty = await createFaultyTwilio(twilioError(404, 20404))
    const twilio = open({ url: `${faulty.url}/base` })
    for (const name of ['../../x', 'a/b', '#', '?x=1', '%2e%2e', 'ü ']) {
      await failureOf(twilio.getRoom(name))
      await failureOf(twilio.getParticipant('r', name))
    }
    for (const { url, headers } of faulty.requests) {
      expect(url).toMatch(/^\/base\/v1\/Rooms\/[^/?#]+(\/Participants\/[^/?#]+)?$/)
      expect(headers.authorization).toBe(`Basic ${btoa(`${credentials.apiKeySid}:planted-secret`)}`)
    }
  })

  test('never follow an address in an answer', async () => {
    await using other = await createFaultyTwilio(json(200, { rooms: [], meta: { key: 'rooms' } }))
    await using faulty = await createFaultyTwilio(
      json(200, {
        rooms: [WIRE_ROOM],
        meta: { key: 'rooms', next_page_url: `${other.url}/v1/Rooms?PageToken=PT1&Page=1` },
      }),
    )
    const twilio = open(faulty)
    const first = await twilio.listRooms({ limit: 1 })
    await twilio.listRooms({ limit: 1, cursor: first.nextCursor ?? undefined })
    expect(other.requests).toEqual([])
    expect(faulty.requests.map(({ url }) => url)).toEqual([
      '/v1/Rooms?PageSize=1',
      '/v1/Rooms?PageSize=1&Page=1&PageToken=PT1',
    ])
  })
})

async function closedServer(): Promise<{ url: string }> {
  const faulty: FaultyTwilio = await createFaultyTwilio(() => {})
  await faulty[Symbol.asyncDispose]()
  return faulty
}
