import { expect, test } from 'vitest'
import { asUser, createGuardedWorld } from '../access/setup.ts'
import { WORLDS, createWorld, type World } from '../setup.ts'

const env = { COMPAT: 'tutorial' }

/** A client of the tutorial's routes, written for them alone: as its front ends call, from their origin. */
function createTutorialClient(world: World, headers: Record<string, string> = {}) {
  const origin = { origin: 'http://localhost:3000' }
  const ask = async (method: string, path: string, body?: object) => {
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await world.send(path, { method, headers: { ...origin, ...type, ...headers }, ...sent })
    return { status: answer.status, headers: answer.headers, json: JSON.parse(answer.text) }
  }
  return {
    getToken: (userId: string, roomSid: string) => ask('POST', '/auth/token', { userId, roomSid }),
    createRoom: (body: object) => ask('POST', '/rooms/create', body),
    listRooms: () => ask('GET', '/rooms'),
    getRoom: (sid: string) => ask('GET', `/rooms/${sid}`),
    completeRoom: (sid: string) => ask('POST', `/rooms/${sid}/complete`),
  }
}

test.each(WORLDS)('a whole room over the tutorial’s routes ($way, $mode)', async (options) => {
  await using world = await createWorld({ ...options, env })
  const client = createTutorialClient(world)
  expect((await client.listRooms()).json).toEqual({ message: 'No active rooms found', activeRooms: [] })

  const created = await client.createRoom({ roomName: 'Cat Lovers' })
  expect([created.status, created.headers.get('access-control-allow-origin')]).toEqual([200, 'http://localhost:3000'])
  const date = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/)
  const url = `https://video.twilio.com/v1/Rooms/${created.json.sid}`
  expect(created.json).toEqual({
    sid: expect.stringMatching(/^RM/),
    uniqueName: 'Cat Lovers',
    status: 'in-progress',
    type: 'group',
    dateCreated: date,
    dateUpdated: date,
    endTime: null,
    duration: null,
    maxParticipants: 50,
    maxParticipantDuration: 14_400,
    emptyRoomTimeout: 5,
    unusedRoomTimeout: 5,
    mediaRegion: expect.any(String),
    videoCodecs: ['VP8', 'H264'],
    audioOnly: false,
    recordParticipantsOnConnect: false,
    statusCallback: null,
    statusCallbackMethod: 'POST',
    accountSid: expect.stringMatching(/^AC/),
    url,
    links: {
      participants: `${url}/Participants`,
      recordings: `${url}/Recordings`,
      recording_rules: `${url}/RecordingRules`,
      transcriptions: `${url}/Transcriptions`,
    },
  })
  const { sid } = created.json
  const atTwilio = await (await world.sdk()).video.v1.rooms(sid).fetch()
  expect(created.json).toMatchObject({ accountSid: atTwilio.accountSid, dateCreated: atTwilio.dateCreated.toJSON() })

  const token = await client.getToken('Ada', sid)
  expect(token.json).toEqual({ userId: 'Ada', roomSid: sid, token: expect.any(String) })
  const claims = JSON.parse(Buffer.from(token.json.token.split('.')[1], 'base64url').toString())
  expect(claims.grants).toEqual({ identity: 'Ada', video: { room: sid } })
  expect(claims.exp - claims.iat).toBe(14_400)

  const nameless = await client.createRoom({ roomName: '' })
  expect(nameless.json.uniqueName).toBe(nameless.json.sid)
  expect((await client.listRooms()).json).toEqual({
    activeRooms: expect.arrayContaining([
      { sid, name: 'Cat Lovers' },
      { sid: nameless.json.sid, name: nameless.json.sid },
    ]),
  })
  expect((await client.getRoom(sid)).json).toEqual({ room: created.json })

  const taken = await client.createRoom({ roomName: 'Cat Lovers' })
  expect([taken.status, taken.json]).toEqual([
    409,
    {
      message: expect.stringContaining('Cat Lovers'),
      error: { status: 409, code: 53113, moreInfo: 'https://www.twilio.com/docs/errors/53113' },
    },
  ])

  const completed = await client.completeRoom(sid)
  expect([completed.status, completed.json]).toEqual([200, { closedRoom: { sid, name: 'Cat Lovers' } }])
  expect((await client.getRoom(sid)).json.room).toMatchObject({ status: 'completed', endTime: date })
  const again = await client.completeRoom(sid)
  expect([again.status, again.json.error.code]).toEqual([409, 53112])
  const missing = await client.getRoom(`RM${'0'.repeat(32)}`)
  expect([missing.status, missing.json.error.code]).toEqual([404, 20404])
})

test('has the rules, the limits and the audit of everything else', async () => {
  await using world = await createGuardedWorld({ env: { ...env, RATE_LIMIT_CALLS: '3' } })
  const nobody = await createTutorialClient(world).createRoom({})
  expect([nobody.status, nobody.json.error]).toEqual([401, expect.objectContaining({ status: 401, code: 20003 })])
  const ada = createTutorialClient(world, await asUser('ada'))
  const { json: room } = await ada.createRoom({})
  expect((await ada.getToken('somebody else', room.sid)).status).toBe(403)
  const stranger = createTutorialClient(world, await asUser('mallory'))
  expect((await stranger.getRoom(room.sid)).status).toBe(404)
  await ada.listRooms()
  const late = await ada.listRooms()
  expect([late.status, late.json.error.code, late.headers.get('retry-after')]).toEqual([429, 20429, expect.any(String)])
})

test('another method is told which ones the address takes', async () => {
  await using world = await createWorld({ env })
  const cases = [
    ['DELETE', '/rooms', 'GET, HEAD, OPTIONS'],
    ['PUT', '/rooms/x', 'GET, HEAD, OPTIONS'],
    ['GET', '/rooms/x/complete', 'OPTIONS, POST'],
    ['GET', '/auth/token', 'OPTIONS, POST'],
  ] as const
  for (const [method, path, allow] of cases) {
    const answer = await world.send(path, { method })
    expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, allow])
    expect(JSON.parse(answer.text).error).toMatchObject({ status: 405, code: 20004 })
  }
})

test('takes JSON objects alone, and nothing from pages of other sites', async () => {
  await using world = await createWorld({ env })
  const send = (headers: Record<string, string>, body?: string) =>
    world.send('/rooms/create', { method: 'POST', headers, ...(body !== undefined && { body }) })
  expect((await send({ 'content-type': 'text/plain' }, '{}')).status).toBe(415)
  expect((await send({ origin: 'https://evil.example' })).status).toBe(403)
  const array = await send({ 'content-type': 'application/json' }, '[]')
  expect([array.status, JSON.parse(array.text).error.code]).toEqual([400, 20001])
  const number = await send({ 'content-type': 'application/json' }, '{"roomName":5}')
  expect(number.status).toBe(400)
})

test('is not there unless it is asked for by name', async () => {
  await using world = await createWorld()
  for (const path of ['/rooms', '/token', '/recordingrules', '/auth/token'])
    expect((await world.send(path)).status).toBe(404)
})
