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

function open({ url }: { url: string }, timeoutMs = 5_000): TwilioVideo {
  return createTwilioVideo({ credentials: { ...credentials, videoUrl: url }, timeoutMs })
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

  test('repeats a write only when Twilio says it was not processed', async () => {
    const faults = [twilioError(429, 20429)]
    await using faulty = await createFaultyTwilio((request, response) =>
      (faults.shift() ?? json(201, WIRE_ROOM))(request, response),
    )
    const twilio = open(faulty)
    await twilio.createRoom({ roomName: 'Monday' })
    expect(faulty.requests).toHaveLength(2)
    faulty.answer = html(502)
    for (const write of [
      () => twilio.createRoom({}),
      () => twilio.completeRoom('Monday'),
      () => twilio.removeParticipant('Monday', 'Bo'),
    ]) {
      const before = faulty.requests.length
      expect(await failureOf(write())).toMatchObject({ code: 'TWILIO_FAILED' })
      expect(faulty.requests).toHaveLength(before + 1)
    }
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
