import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test, describe } from 'vitest'
import { WIRE_ROOM, createFaultyTwilio, html, json, twilioError } from '../../test/faulty-twilio.ts'
import type { TwilioVideo } from './video.ts'
import { credentials, COMPLETED_ROOM, REMOVED_PARTICIPANT, open, page, failureOf } from '../../test/twilio-video.ts'

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
