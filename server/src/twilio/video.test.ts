import { expect, test, describe } from 'vitest'
import { WIRE_ROOM, createFaultyTwilio, html, json, twilioError } from '../../test/faulty-twilio.ts'
import { OTHER_SID, REMOVED_PARTICIPANT, open, page, failureOf, closedServer } from '../../test/twilio-video.ts'

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
