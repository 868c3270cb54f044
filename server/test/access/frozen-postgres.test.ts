import { createEmulator, type Emulator } from '@roomkey/emulator'
import { Kysely } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../src/database/migrations.ts'
import { DEFAULT_PATIENCE } from '../../src/database/patience.ts'
import { createPostgresDialect } from '../../src/database/postgres.ts'
import type { Tables } from '../../src/database/tables.ts'
import { createStore, StoreUnavailable } from '../../src/store/store.ts'
import { arrival, REPORTED, report, send, sendAll, until } from '../events/setup.ts'
import { createWorld, toEnvironment, type World } from '../setup.ts'
import { startPostgres, type Postgres } from './postgres.ts'
import { startProgram } from './process.ts'
import { asService, asUser, createGuardedWorld, createRoom, ENVIRONMENT, expectData, outcomeOf } from './setup.ts'

const started = new AsyncDisposableStack()
let postgres: Postgres
let emulator: Emulator
beforeAll(async () => {
  emulator = started.adopt(await createEmulator(), (it) => it.close())
  postgres = started.use(await startPostgres())
}, 120_000)
afterAll(() => started.disposeAsync())

/** Waits a tenth as long as by default; a loaded machine answers within that. */
const databasePatience = {
  connectMs: 1000,
  statementMs: 1500,
  silenceMs: 500,
  closeMs: 500,
  startMs: 1500,
  reportMs: 200,
}

async function createDatabaseWorld(): Promise<World & { databaseUrl: string }> {
  const databaseUrl = await postgres.createDatabase()
  const env = { ...toEnvironment(emulator), ...ENVIRONMENT, OPEN_ACCESS: 'false', DATABASE_URL: databaseUrl }
  return { ...(await createWorld({ way: 'socket', env, overrides: { databasePatience } })), databaseUrl }
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}

test('a database that has stopped answering fails calls in time, says so, and is used again once it answers', async () => {
  await using world = await createDatabaseWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann)
  expect((await world.send('/readyz')).status).toBe(200)

  await postgres.freeze()
  try {
    const calls = Promise.all([
      ...Array.from({ length: 12 }, () => world.query('rooms.get', { sid }, ann)),
      world.mutate('invites.create', { roomSid: sid }, ann),
    ])
    const readiness = await world.send('/readyz')
    expect(readiness.status).toBe(503)
    expect(readiness.text).toContain('the database does not answer')
    expect((await world.send('/healthz')).status).toBe(200)
    for (const answer of await calls) {
      expect(outcomeOf(answer)).toBe('STORE_UNAVAILABLE')
      expect(answer.status).toBe(503)
      expect(answer.error?.data.roomkey.retryAfterSeconds).toBe(2)
      expect(answer.headers.get('retry-after')).toBe('2')
      expect(answer.text).not.toContain('only-for-tests')
    }
  } finally {
    await postgres.thaw()
  }
  await expect.poll(async () => (await world.send('/readyz')).status, { timeout: 60_000 }).toBe(200)
  await expect.poll(async () => outcomeOf(await world.query('rooms.get', { sid }, ann)), { timeout: 60_000 }).toBe('OK')
  expect(world.logs.join('')).toMatch(/"level":40.*STORE_UNAVAILABLE/)
})

test('a server whose database has stopped answering still closes', async () => {
  const world = await createDatabaseWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann)
  await postgres.freeze()
  try {
    const call = world.query('rooms.get', { sid }, ann)
    expect((await world.send('/readyz')).status).toBe(503)
    await world[Symbol.asyncDispose]()
    expect(outcomeOf(await call)).toBe('STORE_UNAVAILABLE')
  } finally {
    await postgres.thaw()
  }
})

test('a disk that is full is told as such, and nothing of the write stays', async () => {
  await using world = await createDatabaseWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann)
  await run(
    world.databaseUrl,
    `create function fill() returns trigger as $$ begin raise exception 'no space left' using errcode = '53100'; end $$
       language plpgsql;
     create trigger full_disk before insert on invites execute function fill()`,
  )
  expect(outcomeOf(await world.mutate('invites.create', { roomSid: sid }, ann))).toBe('STORE_UNAVAILABLE')
  await run(world.databaseUrl, 'drop trigger full_disk on invites')
  expectData(await world.mutate('invites.create', { roomSid: sid }, ann))
  expect(expectData(await world.query('invites.list', { roomSid: sid }, ann)).invites).toHaveLength(1)
})

test('a room is not completed by a call that cannot say whose it was', async () => {
  await using world = await createDatabaseWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann, { roomName: 'standup' })
  for (const room of [sid, 'standup']) {
    await run(world.databaseUrl, 'alter table rooms rename to elsewhere')
    expect(outcomeOf(await world.mutate('rooms.complete', { sid: room }, asService))).not.toBe('OK')
    await run(world.databaseUrl, 'alter table elsewhere rename to rooms')
    expect(expectData(await world.query('rooms.get', { sid }, asService)).status).toBe('in-progress')
  }
  expect(expectData(await world.mutate('rooms.complete', { sid: 'standup' }, asService)).host).toBe('ann')
})

test('a start waits for the server that is bringing the database up to date, and says so', async () => {
  const url = await postgres.createDatabase()
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query('begin; select pg_advisory_xact_lock(7266532)')
  const { promise: reported, resolve: report } = Promise.withResolvers<string>()
  const store = createStore({ kind: 'postgres', url }, report)
  const checked = store.check()
  expect(await reported).toMatch(/another server is bringing the database up to date|waiting for the database/)
  await other.query('commit')
  await checked
  await (await store.open()).ping()
  await store.close()
  await other.end()
})

test('a start gives up in words when another server does not come to an end', async () => {
  const url = await postgres.createDatabase()
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query('begin; select pg_advisory_xact_lock(7266532)')
  const dialect = createPostgresDialect(url, { onError: () => undefined })
  const database = new Kysely<Tables>({ dialect })
  const reports: string[] = []
  const report = (message: string) => void reports.push(message)
  const error: unknown = await migrate(database, { kind: 'postgres', report, patienceMs: 100 }).catch(
    (thrown: unknown) => thrown,
  )
  expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(new StoreUnavailable({ kind: 'postgres', url }, error).message).toMatch(
    /^DATABASE_URL: the database cannot be used \(another server has been bringing it up to date/,
  )
  expect(reports).toEqual(['another server is bringing the database up to date: waiting for it'])
  await database.destroy()
  await other.end()
})

test('a start that waits for the database ends at once when it is told to', async () => {
  const url = await postgres.createDatabase()
  await postgres.freeze()
  try {
    const env = { ...ENVIRONMENT, PORT: '0', DATABASE_URL: url }
    await using server = startProgram('../../src/cli/main.ts', [], env)
    await server.waitFor(/still waiting for the database/)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe('SIGTERM')
  } finally {
    await postgres.thaw()
  }
})

test('a start says in words that the database does not answer', async () => {
  const url = await postgres.createDatabase()
  await postgres.freeze()
  try {
    const reports: string[] = []
    const store = createStore({ kind: 'postgres', url }, (message) => reports.push(message), databasePatience)
    await expect(store.check()).rejects.toThrow(/^DATABASE_URL: the database cannot be used \(.*timeout.*\)$/)
    expect(reports).toEqual(['still waiting for the database'])
  } finally {
    await postgres.thaw()
  }
  // Nobody listens there.
  const env = { ...ENVIRONMENT, PORT: '0', DATABASE_URL: 'postgres://ann@127.0.0.1:1/rooms' }
  await using server = startProgram('../../src/cli/main.ts', [], env)
  await server.waitFor(/^Roomkey cannot start: DATABASE_URL: the database cannot be used \(connect ECONNREFUSED.*\)$/)
  expect(await server.ended).toBe(1)
})

test('a status callback that cannot be stored is answered 503, and stored once when it comes again', async () => {
  const env = { ...REPORTED, DATABASE_URL: await postgres.createDatabase() }
  await using world = await createGuardedWorld({ env, overrides: { databasePatience } })
  await sendAll(world, [report('room-created')])
  await postgres.freeze()
  try {
    expect((await send(world, arrival(1))).status).toBe(503)
  } finally {
    await postgres.thaw()
  }
  await until('it is stored', async () => (await send(world, arrival(1))).status === 204)
  await sendAll(world, [arrival(1)])
  const { eventLog } = await world.app.roomkey.services.store.open()
  const events = await eventLog.readAfter(0, {}, 10)
  expect(events.map(({ type }) => type)).toEqual(['room-created', 'participant-connected'])
})

test('a store whose database has stopped answering is closed all the same', async () => {
  const url = await postgres.createDatabase()
  const store = createStore({ kind: 'postgres', url }, () => undefined, databasePatience)
  const { changes } = await store.open()
  // It says so itself when it hears of others.
  await new Promise<void>((resolve) => changes.listen(() => resolve()))
  await postgres.freeze()
  try {
    await store.close()
  } finally {
    await postgres.thaw()
  }
})

test('a call waits for the database ten seconds at the most, and a start half a minute', () => {
  const { connectMs, statementMs, silenceMs, busyMs, startMs } = DEFAULT_PATIENCE
  expect(connectMs).toBeLessThan(10_000)
  expect(statementMs + silenceMs).toBe(10_000)
  expect(busyMs).toBe(5000)
  expect(startMs).toBe(30_000)
})

test('servers that start at once, ten times over, all find the database ready', async () => {
  const startFour = async () => {
    const url = await postgres.createDatabase()
    const stores = Array.from({ length: 4 }, () => createStore({ kind: 'postgres', url }, () => undefined))
    await Promise.all(stores.map((store) => store.check()))
    await Promise.all(stores.map(async (store) => (await store.open()).ping()))
    await Promise.all(stores.map((store) => store.close()))
  }
  // Who waits for another looks again now and then: five databases at a time.
  for (let round = 0; round < 2; round++) await Promise.all(Array.from({ length: 5 }, startFour))
})
