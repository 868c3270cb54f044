import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asService, asUser, createGuardedWorld, expectData } from '../access/setup.ts'
import { startPostgres, type Postgres } from '../access/postgres.ts'
import { arrival, REPORTED, report, ROOM, send, sendAll, until } from './setup.ts'

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres[Symbol.asyncDispose]())

const ids = (events: { id: string }[]) => events.map(({ id }) => Number(id))

describe('servers on one PostgreSQL', () => {
  test('tell of what another has stored, each event once and in order', async () => {
    const env = { ...REPORTED, DATABASE_URL: await postgres.createDatabase() }
    await using one = await createGuardedWorld({ env })
    await using two = await createGuardedWorld({ env })
    expect((await send(one, report('room-created'))).status).toBe(204)
    await using onOne = await one.subscribe('rooms.events', { sid: ROOM, lastEventId: '0' }, asService)
    await using onTwo = await two.subscribe('events.subscribe', { lastEventId: '0' }, asService)
    await Promise.all(
      Array.from({ length: 100 }, (_, number) => sendAll(number % 2 === 0 ? one : two, [arrival(number)])),
    )
    const [seenOnOne, seenOnTwo] = [await onOne.events(101), await onTwo.events(101)]
    expect(seenOnTwo).toEqual(seenOnOne)
    expect(ids(seenOnOne)).toEqual(ids(seenOnOne).toSorted((a, b) => a - b))
    expect(new Set(ids(seenOnOne)).size).toBe(101)
    // Twice, to the other server: nobody hears of it again.
    await sendAll(two, [arrival(7)])
    await sendAll(one, [arrival(200)])
    expect((await onTwo.events(1))[0].identity).toBe('person 200')
    expect((await onOne.events(1))[0].identity).toBe('person 200')
  })

  test('miss nothing when the connection that hears of others is cut', async () => {
    const url = await postgres.createDatabase()
    const env = { ...REPORTED, DATABASE_URL: url }
    await using one = await createGuardedWorld({ env })
    await using two = await createGuardedWorld({ env })
    await sendAll(one, [report('room-created')])
    await using live = await two.subscribe('rooms.events', { sid: ROOM, lastEventId: '0' }, asService)
    await live.events(1)
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    for (let number = 0; number < 5; number++) {
      const cut = () =>
        client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'roomkey listener'`,
        )
      await until('a listener was there to be cut', async () => ((await cut()).rowCount ?? 0) > 0)
      await sendAll(one, [arrival(number)])
      expect((await live.events(1))[0].identity).toBe(`person ${number}`)
    }
    await client.end()
  })

  test('end a stream at once when another has banned its caller', async () => {
    const env = { ...REPORTED, DATABASE_URL: await postgres.createDatabase() }
    await using one = await createGuardedWorld({ env })
    await using two = await createGuardedWorld({ env })
    await sendAll(one, [report('room-created')])
    const { bans, roomOwnerships } = await one.app.roomkey.services.store.open()
    await roomOwnerships.record(ROOM, { host: 'ann', access: 'signed-in' })
    await using bob = await two.subscribe('rooms.events', { sid: ROOM, lastEventId: '0' }, await asUser('bob'))
    await bob.events(1)
    expect(await bob.next()).toMatchObject({ data: { type: 'caught-up' } })
    await bans.add({ sid: ROOM, name: 'standup' }, 'bob')
    expect(await bob.next()).toMatchObject({ error: { code: 'BANNED' } })
  })

  test('forget a name that was taken out of the log on another', async () => {
    const env = { ...REPORTED, DATABASE_URL: await postgres.createDatabase() }
    await using one = await createGuardedWorld({ env })
    await using two = await createGuardedWorld({ env })
    await sendAll(one, [report('room-created')])
    const { eventLog } = await one.app.roomkey.services.store.open()
    const lastEventId = String(await eventLog.findLastId())
    // From here on it has events at hand for those who come back.
    await using _ = await two.subscribe('rooms.events', { sid: ROOM, lastEventId }, asService)
    await sendAll(two, [arrival(1)])
    expect((await eventLog.anonymize('person 1', { roomSid: ROOM, participantSids: [] })).events).toBe(1)
    await until('the other one tells the new name', async () => {
      await using reader = await two.subscribe('rooms.events', { sid: ROOM, lastEventId }, asService)
      return !JSON.stringify(await reader.events(1)).includes('person 1')
    })
  })

  test('do what is to be done about an event once, and the other one does it when one has died', async () => {
    const env = { ...REPORTED, DATABASE_URL: await postgres.createDatabase() }
    const done: string[] = []
    const react = (name: string) => async (event: { id: string }) => void done.push(`${name} ${event.id}`)
    await using one = await createGuardedWorld({ env })
    one.app.roomkey.services.events.addReactor({ name: 'test', react: react('one') })
    await sendAll(one, [report('room-created'), arrival(1)])
    await until('one has done both', () => done.length === 2)
    {
      await using two = await createGuardedWorld({ env })
      two.app.roomkey.services.events.addReactor({ name: 'test', react: react('two') })
      await sendAll(two, [arrival(2)])
      await until('one has done the third', () => done.length === 3)
      expect(done.every((text) => text.startsWith('one'))).toBe(true)
      await one.app.close()
      await sendAll(two, [arrival(3)])
      await until('two has done the fourth', () => done.some((text) => text.startsWith('two')), 30_000)
      const { events } = expectData(await two.query('rooms.history', { sid: ROOM }, asService))
      expect(new Set(done.map((text) => text.split(' ')[1]))).toEqual(
        new Set(events.map(({ id }: { id: string }) => id)),
      )
    }
  })
})
