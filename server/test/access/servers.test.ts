import { createEmulator, type Emulator } from '@roomkey/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStore } from '../../src/store/store.ts'
import { createWorld, toEnvironment, type World } from '../setup.ts'
import { startPostgres, type Postgres } from './postgres.ts'
import { asBearer, asService, asUser, createRoom, ENVIRONMENT, expectData, outcomeOf } from './setup.ts'

const started = new AsyncDisposableStack()
let postgres: Postgres
let emulator: Emulator
beforeAll(async () => {
  emulator = started.adopt(await createEmulator(), (it) => it.close())
  postgres = started.use(await startPostgres())
}, 120_000)
afterAll(() => started.disposeAsync())

/** Two servers on one PostgreSQL and one Twilio. */
async function createPair(
  env: Record<string, string> = {},
): Promise<{ first: World; second: World } & AsyncDisposable> {
  const url = await postgres.createDatabase()
  const options = {
    way: 'socket' as const,
    env: { ...toEnvironment(emulator), ...ENVIRONMENT, OPEN_ACCESS: 'false', DATABASE_URL: url, ...env },
  }
  const [first, second] = await Promise.all([createWorld(options), createWorld(options)])
  return {
    first,
    second,
    async [Symbol.asyncDispose]() {
      await Promise.all([first[Symbol.asyncDispose](), second[Symbol.asyncDispose]()])
    },
  }
}

test('servers that start at once on an empty database all find it ready', async () => {
  const url = await postgres.createDatabase()
  const stores = Array.from({ length: 6 }, () => createStore({ kind: 'postgres', url }, () => undefined))
  const opened = await Promise.all(stores.map((store) => store.open()))
  await opened[0]?.roomOwnerships.record('RM1', { host: 'ann', access: 'signed-in' })
  expect(await opened[5]?.memberships.find('RM1', 'ann')).toMatchObject({ host: 'ann', access: 'signed-in' })
  await Promise.all(stores.map((store) => store.close()))
})

test('what is created under one key on several servers at once is created once', async () => {
  await using pair = await createPair()
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'one', ...asService }
  const create = async (world: World, body = '{"maxParticipants":7}') =>
    world.send('/v1/rooms', { method: 'POST', headers, body })
  const { first, second } = pair
  const answers = await Promise.all([first, second, first, second].map((world) => create(world)))
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null)).toHaveLength(1)
  expect((await create(second, '{}')).status).toBe(422)
})

test('host, access, members and bans are the same on every server', async () => {
  await using pair = await createPair()
  const { first, second } = pair
  const [ann, bob] = [await asUser('ann'), await asUser('bob')]
  const { sid } = await createRoom(first, ann, { access: 'signed-in' })
  expect(expectData(await second.query('rooms.get', { sid }, ann))).toMatchObject({ host: 'ann', access: 'signed-in' })
  expect(outcomeOf(await second.mutate('auth.getToken', { roomSid: sid }, bob))).toBe('OK')
  expect(outcomeOf(await second.mutate('rooms.complete', { sid }, bob))).toBe('FORBIDDEN')
  const { invite } = expectData(await first.mutate('invites.create', { roomSid: sid, role: 'host' }, ann))
  expectData(await second.mutate('auth.getToken', { invite }, bob))
  expect(outcomeOf(await first.mutate('invites.list', { roomSid: sid }, bob))).toBe('METHOD_NOT_SUPPORTED')
  expect(outcomeOf(await first.query('invites.list', { roomSid: sid }, bob))).toBe('OK')
  await first.mutate('participants.remove', { roomSid: sid, participant: 'eve', ban: true }, ann)
  expect(outcomeOf(await second.mutate('auth.getToken', { roomSid: sid }, await asUser('eve')))).toBe('BANNED')
  expect(outcomeOf(await second.mutate('auth.getToken', { roomSid: sid, userId: 'eve' }, asService))).toBe('BANNED')
  const { entries } = expectData(await second.query('audit.list', { roomSid: sid }, asService))
  expect(entries.map(({ action }: { action: string }) => action)).toContain('auth.getToken')
})

test('an invitation for one, redeemed by 50 callers at once over two servers, admits exactly one', async () => {
  await using pair = await createPair()
  const { first, second } = pair
  const { sid } = await createRoom(first, asService)
  const guests = expectData(await first.mutate('invites.create', { roomSid: sid, maxUses: 1 }, asService))
  const users = expectData(await first.mutate('invites.create', { roomSid: sid, maxUses: 1 }, asService))
  const shown = expectData(await first.mutate('invites.create', { roomSid: sid, maxUses: 1 }, asService))
  const worlds = [first, second]
  const at = (index: number) => worlds[index % 2] ?? first
  const callers = Array.from({ length: 50 }, (_, index) => index)

  const asGuests = await Promise.all(
    callers.map((index) => at(index).mutate('auth.getToken', { invite: guests.invite, userId: `guest ${index}` })),
  )
  const headers = await Promise.all(callers.map((index) => asUser(`user ${index}`)))
  const asUsers = await Promise.all(
    callers.map((index) => at(index).mutate('auth.getToken', { invite: users.invite }, headers[index])),
  )
  const asBearers = await Promise.all(
    callers.map((index) =>
      at(index).mutate('auth.getToken', { roomSid: sid, userId: `bearer ${index}` }, asBearer(shown.invite)),
    ),
  )
  for (const answers of [asGuests, asUsers, asBearers]) {
    const outcomes = answers.map(outcomeOf)
    expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'INVITE_USED_UP')).toHaveLength(49)
  }
  const { invites } = expectData(await second.query('invites.list', { roomSid: sid }, asService))
  expect(invites.map(({ uses }: { uses: number }) => uses)).toEqual([1, 1, 1])
})

test('an invitation for seven admits seven', async () => {
  await using pair = await createPair()
  const { first, second } = pair
  const { sid } = await createRoom(first, asService)
  const { invite } = expectData(await first.mutate('invites.create', { roomSid: sid, maxUses: 7 }, asService))
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      (index % 2 ? first : second).mutate('auth.getToken', { invite, userId: `guest ${index}` }),
    ),
  )
  expect(answers.map(outcomeOf).filter((outcome) => outcome === 'OK')).toHaveLength(7)
})

test('tokens and invitations are counted over all servers', async () => {
  // The limit is per minute: an instant that stands still keeps the test inside one.
  const url = await postgres.createDatabase()
  const now = () => Date.parse('2026-11-24T12:00:00Z')
  const env = {
    ...toEnvironment(emulator),
    ...ENVIRONMENT,
    OPEN_ACCESS: 'false',
    DATABASE_URL: url,
    RATE_LIMIT_TOKENS: '6',
    RATE_LIMIT_INVITES: '4',
  }
  await using first = await createWorld({ env, overrides: { now } })
  await using second = await createWorld({ env, overrides: { now } })
  const ann = await asUser('ann', { exp: now() / 1000 + 600 })
  const { sid } = await createRoom(first, ann)
  const outcomes: string[] = []
  for (let index = 0; index < 10; index++) {
    outcomes.push(outcomeOf(await (index % 2 ? first : second).mutate('auth.getToken', { roomSid: sid }, ann)))
  }
  expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(6)
  const guesses: string[] = []
  for (let index = 0; index < 8; index++) {
    const invite = `inv_${String(index).padStart(43, 'a')}`
    guesses.push(outcomeOf(await (index % 2 ? first : second).mutate('auth.getToken', { invite, userId: 'eve' })))
  }
  expect(guesses.filter((outcome) => outcome === 'INVITE_NOT_FOUND')).toHaveLength(4)
})

test('whoever guesses a passcode is told to stop by every server, also where it is right at last', async () => {
  const passcode = '12345678901234'
  const env = {
    ...toEnvironment(emulator),
    ...ENVIRONMENT,
    OPEN_ACCESS: 'false',
    DATABASE_URL: await postgres.createDatabase(),
    RATE_LIMIT_INVITES: '4',
    COMPAT: 'plugin-rtc',
    PASSCODE: passcode,
  }
  const now = () => Date.parse('2026-11-24T12:00:00Z')
  await using first = await createWorld({ env, overrides: { now } })
  await using second = await createWorld({ env, overrides: { now } })
  const guess = async (world: World, guessed: string) => {
    const body = JSON.stringify({ passcode: guessed, user_identity: 'eve', room_name: 'Standup' })
    const headers = { 'content-type': 'application/json' }
    return JSON.parse((await world.send('/token', { method: 'POST', headers, body })).text).error?.message
  }
  for (let count = 0; count < 4; count++) expect(await guess(first, `wrong ${count}`)).toBe('passcode incorrect')
  expect(await guess(second, 'wrong too')).toMatch(/^Too many/)
  expect(await guess(second, passcode)).toMatch(/^Too many/)
})

test('a lost database fails the calls that need it, not the server, and is found again', async () => {
  await using pair = await createPair()
  const { first } = pair
  const ann = await asUser('ann')
  const { sid } = await createRoom(first, ann)
  const url = first.app.roomkey.services.store.location
  if (url.kind !== 'postgres') throw new Error('this test is about PostgreSQL')
  await dropConnections(url.url)
  const answers = await Promise.all(Array.from({ length: 5 }, () => first.query('rooms.get', { sid }, ann)))
  for (const answer of answers) expect(['OK', 'STORE_UNAVAILABLE']).toContain(outcomeOf(answer))
  await expect.poll(async () => outcomeOf(await first.query('rooms.get', { sid }, ann))).toBe('OK')
})

test('a database that goes away in the middle of calls takes none of the servers along', async () => {
  await using pair = await createPair()
  const { first, second } = pair
  const { location } = first.app.roomkey.services.store
  if (location.kind !== 'postgres') throw new Error('this test is about PostgreSQL')
  const ann = await asUser('ann')
  const { sid } = await createRoom(first, ann)
  const outcomes: string[] = []
  const callers = [first, second].flatMap((world) =>
    Array.from({ length: 5 }, async () => {
      for (let index = 0; index < 12; index++) {
        outcomes.push(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, ann)))
      }
    }),
  )
  const drops = (async () => {
    for (let round = 0; round < 5; round++) await dropConnections(location.url)
  })()
  await Promise.all([...callers, drops])
  // Whether a call met a drop is chance; that each was answered, and that nothing else broke, is not.
  expect(outcomes).toHaveLength(120)
  for (const outcome of outcomes) expect(['OK', 'STORE_UNAVAILABLE']).toContain(outcome)
  await expect.poll(async () => outcomeOf(await first.mutate('auth.getToken', { roomSid: sid }, ann))).toBe('OK')
}, 120_000)

async function dropConnections(url: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()`,
  )
  await client.end()
}
