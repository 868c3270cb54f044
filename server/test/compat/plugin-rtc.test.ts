import { expect, test } from 'vitest'
import { asService, asUser, createGuardedWorld, createRoom, expectData, signIn } from '../access/setup.ts'
import { WORLDS, createWorld, type World, type WorldOptions } from '../setup.ts'

const PASSCODE = '12345678901234'
const env = { COMPAT: 'plugin-rtc', PASSCODE }

async function post(world: World, path: string, body: object, headers: Record<string, string> = {}) {
  const answer = await world.send(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, headers: answer.headers, json: JSON.parse(answer.text) }
}

function grantsOf({ json }: { json: { token: string } }) {
  const claims = JSON.parse(Buffer.from(String(json.token.split('.')[1]), 'base64url').toString())
  return { ...claims.grants, ttl: claims.exp - claims.iat }
}

function start(options: WorldOptions = {}): Promise<World> {
  return createWorld({ ...options, env: { OPEN_ACCESS: '', ...env, ...options.env } })
}

test.each(WORLDS)('Twilio’s React app: signs in, joins, records and stops ($way, $mode)', async (options) => {
  await using world = await start(options)
  // As it looks whether a passcode is good.
  const probe = {
    user_identity: 'temp-name',
    room_name: 'temp-room',
    passcode: PASSCODE,
    create_room: false,
    create_conversation: false,
  }
  expect((await post(world, '/token', probe)).status).toBe(200)
  const rooms = await (await world.sdk()).video.v1.rooms.list()
  expect(rooms).toEqual([])

  const join = { user_identity: 'Ada', room_name: 'Standup', passcode: PASSCODE, create_conversation: false }
  const first = await post(world, '/token', join)
  expect([first.status, first.json]).toEqual([200, { token: expect.any(String), room_type: 'group' }])
  expect(grantsOf(first)).toEqual({ identity: 'Ada', video: { room: 'Standup' }, ttl: 14_400 })
  const second = await post(world, '/token', { ...join, user_identity: 'Bob', create_room: true })
  expect(grantsOf(second)).toMatchObject({ identity: 'Bob' })
  const [room, ...others] = await (await world.sdk()).video.v1.rooms.list()
  expect([room?.uniqueName, others]).toEqual(['Standup', []])

  const record = { room_sid: room?.sid, passcode: PASSCODE, rules: [{ type: 'include', all: true }] }
  const started = await post(world, '/recordingrules', record)
  expect([started.status, started.json]).toEqual([
    200,
    {
      roomSid: room?.sid,
      rules: [{ type: 'include', all: true }],
      dateCreated: expect.any(String),
      dateUpdated: expect.any(String),
    },
  ])
  const stopped = await post(world, '/recordingrules', { ...record, rules: [{ type: 'exclude', all: 'true' }] })
  expect(stopped.json.rules).toEqual([{ type: 'exclude', all: true }])
})

test('the iOS and Android apps: their probe names no room, and no error comes of it', async () => {
  await using world = await start()
  const probe = await post(world, '/token', { passcode: PASSCODE, user_identity: 'Ada', create_room: false })
  expect(probe.status).toBe(200)
  expect(grantsOf(probe)).toEqual({ identity: 'Ada', video: {}, ttl: 14_400 })
})

test('errors are told in the plugin’s own words, which apps compare', async () => {
  await using world = await start()
  const ada = { passcode: PASSCODE, user_identity: 'Ada', room_name: 'x' }
  const cases: [string, object, number, string][] = [
    ['/token', { ...ada, passcode: '99999999999999' }, 401, 'passcode incorrect'],
    ['/token', { user_identity: 'Ada', room_name: 'x' }, 401, 'passcode incorrect'],
    ['/token', { ...ada, passcode: 12345678901234 }, 401, 'passcode incorrect'],
    ['/token', { ...ada, create_room: 'yes' }, 400, 'invalid parameter'],
    ['/token', { ...ada, create_conversation: 1 }, 400, 'invalid parameter'],
    ['/token', { passcode: PASSCODE, room_name: 'x' }, 400, 'missing user_identity'],
    ['/token', { passcode: PASSCODE, user_identity: 'Ada' }, 400, 'missing room_name'],
    ['/token', { ...ada, room_name: 'x'.repeat(200) }, 500, 'error creating room'],
    ['/recordingrules', { passcode: '99999999999999' }, 401, 'passcode incorrect'],
    ['/recordingrules', { passcode: PASSCODE, rules: [] }, 400, 'missing room_sid'],
    ['/recordingrules', { passcode: PASSCODE, room_sid: 'RM1' }, 400, 'missing rules'],
  ]
  for (const [path, body, status, message] of cases) {
    const answer = await post(world, path, body)
    expect([body, answer.status, answer.json]).toEqual([
      body,
      status,
      { error: { message, explanation: expect.stringMatching(/./) } },
    ])
  }
  const room = await post(world, '/token', ada)
  expect(room.status).toBe(200)
  const [{ sid } = { sid: '' }] = await (await world.sdk()).video.v1.rooms.list()
  for (const rules of [[], [{ type: 'include' }], 'all']) {
    const answer = await post(world, '/recordingrules', { passcode: PASSCODE, room_sid: sid, rules })
    expect([answer.status, answer.json.error]).toEqual([500, { message: expect.any(String), code: 53120 }])
  }
})

test('a passcode expires, seven days after the start unless it says otherwise', async () => {
  let time = Date.now()
  const overrides = { now: () => time }
  const ask = { passcode: PASSCODE, user_identity: 'Ada', room_name: 'x' }
  await using world = await start({ overrides })
  time += 7 * 86_400_000 - 1000
  expect((await post(world, '/token', ask)).status).toBe(200)
  time += 2000
  const late = await post(world, '/token', ask)
  expect([late.status, late.json.error.message]).toEqual([401, 'passcode expired'])
  expect((await post(world, '/token', { ...ask, passcode: 'x' })).json.error.message).toBe('passcode incorrect')
  await using over = await start({ env: { PASSCODE_EXPIRES_AT: '2020-01-01T00:00:00Z' } })
  expect((await post(over, '/token', ask)).json.error.message).toBe('passcode expired')
})

test('the apps that ask for a conversation get the same, and a token that opens none', async () => {
  await using world = await start()
  // React's default, and what the iOS app always says, in its probe too.
  const ask = { passcode: PASSCODE, user_identity: 'Ada', create_conversation: true }
  const joined = await post(world, '/token', { ...ask, room_name: 'Standup' })
  expect([joined.status, joined.json]).toEqual([200, { token: expect.any(String), room_type: 'group' }])
  expect(grantsOf(joined)).toEqual({ identity: 'Ada', video: { room: 'Standup' }, ttl: 14_400 })
  expect((await post(world, '/token', { ...ask, create_room: false })).status).toBe(200)
})

test('what is wrong with a name is said without the names of fields that these apps do not have', async () => {
  await using world = await start()
  const ask = { passcode: PASSCODE, user_identity: 'Ada', room_name: 'x' }
  const long = await post(world, '/token', { ...ask, user_identity: 'x'.repeat(200) })
  const words = expect.stringMatching(/^an identity must be at most 128 characters/)
  expect([long.status, long.json.error]).toEqual([400, { message: words, explanation: words }])
  const dots = await post(world, '/token', { ...ask, room_name: '..' })
  const explanation = expect.stringMatching(/^a name of dots/)
  expect([dots.status, dots.json.error]).toEqual([500, { message: 'error creating room', explanation }])
})

test('another method is told which one the address takes, in the shape of the wire', async () => {
  await using world = await start()
  for (const path of ['/token', '/recordingrules']) {
    const answer = await world.send(path)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'OPTIONS, POST'])
    const message = 'Wrong method: this address takes OPTIONS, POST'
    expect(JSON.parse(answer.text)).toEqual({ error: { message, explanation: message } })
    const options = await world.send(path, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'OPTIONS, POST'])
  }
})

test('whoever guesses is told to stop, and whoever knows the passcode is not held up by mistakes of their own', async () => {
  await using world = await start({ env: { RATE_LIMIT_INVITES: '3' } })
  const ask = (passcode: string) => post(world, '/token', { passcode, user_identity: 'Ada', room_name: 'x' })
  for (let i = 0; i < 5; i++) expect((await ask(PASSCODE)).status).toBe(200)
  for (let i = 0; i < 3; i++) expect((await ask(`wrong ${i}`)).status).toBe(401)
  const stopped = await ask(PASSCODE)
  // The React app shows what it is told of a 401 alone: of anything else its form would say nothing.
  expect([stopped.status, stopped.headers.get('retry-after')]).toEqual([401, expect.any(String)])
  expect(stopped.json.error.message).toMatch(/^Too many wrong passcodes; try again in \d+ s$/)
})

test('who signs in shows an ID token by itself, and is who it says, whatever the app calls them', async () => {
  await using world = await createGuardedWorld({ env: { COMPAT: 'plugin-rtc' } })
  const ask = { user_identity: 'The Great Ada', room_name: 'Standup' }
  const joined = await post(world, '/token', ask, { authorization: await signIn('ada') })
  expect(grantsOf(joined)).toMatchObject({ identity: 'ada', video: { room: expect.stringMatching(/^RM/) } })
  const bob = await post(world, '/token', ask, { authorization: await signIn('bob') })
  expect(grantsOf(bob).video).toEqual(grantsOf(joined).video)
  expect((await post(world, '/token', ask, await asUser('eve'))).status).toBe(200)
  // A token that names no room opens every room: not for them.
  const probe = { user_identity: 'x', create_room: false }
  expect(grantsOf(await post(world, '/token', probe, { authorization: await signIn('bob') }))).toEqual({
    identity: 'bob',
    ttl: 14_400,
  })
  const named = await post(
    world,
    '/token',
    { ...probe, room_name: 'temp-room' },
    { authorization: await signIn('bob') },
  )
  expect([named.status, grantsOf(named)]).toEqual([200, { identity: 'bob', ttl: 14_400 }])

  const { roomSid } = { roomSid: grantsOf(joined).video.room }
  const rules = { room_sid: roomSid, rules: [{ type: 'include', all: true }] }
  expect((await post(world, '/recordingrules', rules, { authorization: await signIn('bob') })).status).toBe(500)
  expect((await post(world, '/recordingrules', rules, { authorization: await signIn('ada') })).status).toBe(200)
  for (const authorization of ['nonsense', 'Bearer nonsense']) {
    expect((await post(world, '/token', ask, { authorization })).status).toBe(401)
  }
  expect((await post(world, '/token', ask)).status).toBe(401)
})

test('a ban holds against whoever has the passcode, and the passcode opens nothing else', async () => {
  await using world = await createGuardedWorld({ env })
  const ask = { passcode: PASSCODE, user_identity: 'eve', room_name: 'Standup' }
  await post(world, '/token', ask)
  const service = { 'x-api-key': (await import('../access/setup.ts')).SERVICE_KEY.key }
  await world.mutate('bans.create', { roomSid: 'Standup', identity: 'eve' }, service)
  const banned = await post(world, '/token', ask)
  expect(banned.status).toBe(403)
  const { text } = await world.send('/v1/audit?limit=100', { headers: service })
  expect(JSON.parse(text).entries).toContainEqual(
    expect.objectContaining({ callerKind: 'passcode', action: 'auth.getToken', target: 'eve', outcome: 'BANNED' }),
  )
  expect((await world.query('rooms.list', undefined, { authorization: `Bearer ${PASSCODE}` })).status).toBe(401)
})

test('a token that names no room opens none to whom a room keeps out', async () => {
  await using world = await createGuardedWorld({ env })
  const { sid } = await createRoom(world, asService)
  expectData(await world.mutate('bans.create', { roomSid: sid, identity: 'eve' }, asService))
  const probe = { passcode: PASSCODE, create_room: false }
  expect(grantsOf(await post(world, '/token', { ...probe, user_identity: 'eve' })).video).toBeUndefined()
  expect(grantsOf(await post(world, '/token', { ...probe, user_identity: 'bob' })).video).toEqual({})
})

test('a server that asks nobody takes any passcode', async () => {
  await using world = await createWorld({ env: { COMPAT: 'plugin-rtc' } })
  const ask = { passcode: 'whatever', user_identity: 'Ada', room_name: 'x' }
  expect(grantsOf(await post(world, '/token', ask))).toMatchObject({ identity: 'Ada', video: { room: 'x' } })
})
