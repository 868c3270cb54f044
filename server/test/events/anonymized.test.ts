import type { RoomEvent } from '@roomkey/shared'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres, type Postgres } from '../access/postgres.ts'
import { asService, createGuardedWorld, expectData } from '../access/setup.ts'
import type { World } from '../setup.ts'
import { arrival, REPORTED, report, ROOM, sendAll, sid, until } from './setup.ts'
import { createWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts'

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres[Symbol.asyncDispose]())

function start(receiver: WebhookReceiver, env: Record<string, string> = {}): Promise<World> {
  return createGuardedWorld({ env: { ...REPORTED, ...receiver.env, ...env } })
}

/** Takes a name out of the log, as `participants.anonymize` does before it asks Twilio. */
async function anonymize(world: World, identity: string): Promise<void> {
  const { eventLog } = await world.app.roomkey.services.store.open()
  expect((await eventLog.anonymize(identity, undefined)).events).toBeGreaterThan(0)
}

async function history(world: World): Promise<RoomEvent[]> {
  return expectData(await world.query('rooms.history', { sid: ROOM }, asService)).events
}

/** A receiver that does not answer what comes first until it is told to. */
async function createSlowReceiver(): Promise<WebhookReceiver & { release: (status: number) => void }> {
  const receiver = await createWebhookReceiver()
  const { promise, resolve: release } = Promise.withResolvers<number>()
  receiver.answer = () => {
    receiver.answer = () => 204
    return promise
  }
  return Object.assign(receiver, { release })
}

describe('a name that was taken out of the log', () => {
  test('does not go out with an event that waits for its next attempt, nor with those behind it', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start(receiver)
    receiver.answer = () => 503
    for (const fields of [arrival(1), arrival(2), arrival(3, { ParticipantIdentity: 'person 1' })]) {
      await sendAll(world, [fields])
    }
    await until('the first was refused', () => receiver.attempts > 0)
    await anonymize(world, 'person 1')
    receiver.answer = () => 204
    const taken = await receiver.waitFor(3)
    expect(JSON.stringify(taken)).not.toContain('person 1')
    expect(taken).toEqual(await history(world))
  })

  test('does not go out after an event that the receiver takes its time about', async () => {
    await using receiver = await createSlowReceiver()
    await using world = await start(receiver)
    await sendAll(world, [report('room-created')])
    await until('the first is on its way', () => receiver.attempts === 1)
    await sendAll(world, [arrival(1)])
    await sendAll(world, [arrival(2)])
    await anonymize(world, 'person 1')
    await anonymize(world, 'person 2')
    receiver.release(204)
    expect(await receiver.waitFor(3)).toEqual(await history(world))
  })

  test('does not go out when there were more events than go out at once', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start(receiver)
    const { promise, resolve: release } = Promise.withResolvers<number>()
    receiver.answer = () => promise
    await sendAll(
      world,
      Array.from({ length: 150 }, (_, room) =>
        arrival(room, { RoomSid: sid('RM', room), ParticipantIdentity: 'person 1' }),
      ),
    )
    await until('as many are on their way as can be', () => receiver.attempts === 100)
    await anonymize(world, 'person 1')
    receiver.answer = () => 204
    release(204)
    const taken = await receiver.waitFor(150)
    expect(taken.filter((event) => JSON.stringify(event).includes('person 1'))).toHaveLength(100)
  })

  test('does not go out from another server on the same database', async () => {
    await using receiver = await createWebhookReceiver()
    receiver.answer = () => 503
    const env = { DATABASE_URL: await postgres.createDatabase() }
    await using forwards = await start(receiver, env)
    await sendAll(forwards, [arrival(1)])
    await until('it was refused', () => receiver.attempts > 0)
    await using other = await start(receiver, env)
    await anonymize(other, 'person 1')
    receiver.answer = () => 204
    expect(await receiver.waitFor(1)).toEqual(await history(other))
  })

  test('is not told to `onEvent` when that is called again', async () => {
    const told: RoomEvent[] = []
    let isFailing = true
    const onEvent = (event: RoomEvent) => {
      told.push(event)
      if (isFailing) throw new Error('not now')
    }
    await using world = await createGuardedWorld({ env: REPORTED, overrides: { onEvent } })
    await sendAll(world, [arrival(1)])
    await until('it was told', () => told.length > 0)
    isFailing = false
    await anonymize(world, 'person 1')
    const before = told.length
    await until('it was told again', () => told.length > before)
    expect(told.slice(before)).toEqual(await history(world))
  })

  test('does not go out with what is redelivered', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start(receiver, { EVENTS_WEBHOOK_RETRY_HOURS: '0' })
    receiver.answer = () => 400
    await sendAll(world, [arrival(1)])
    await sendAll(world, [arrival(2)])
    const list = async () => expectData(await world.query('events.deadLetters', undefined, asService)).deadLetters
    await until('both were put aside', async () => (await list()).length === 2)
    const ids = (await list()).map(({ event }: { event: RoomEvent }) => event.id)
    const { promise, resolve: release } = Promise.withResolvers<number>()
    receiver.answer = () => promise
    const before = receiver.attempts
    const redelivery = world.mutate('events.redeliver', { ids }, asService)
    await until('the first is on its way', () => receiver.attempts > before)
    await anonymize(world, 'person 2')
    release(204)
    expect(expectData(await redelivery)).toEqual({ delivered: ids, failed: [] })
    expect(receiver.taken).toEqual(await history(world))
  })

  test('is not sent with an event that was deleted meanwhile: there is none any more', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start(receiver)
    receiver.answer = () => 503
    await sendAll(world, [arrival(1)])
    await until('it was refused', () => receiver.attempts > 0)
    const { eventLog } = await world.app.roomkey.services.store.open()
    await eventLog.prune(new Date(Date.now() + 1000).toISOString())
    receiver.answer = () => 204
    await sendAll(world, [arrival(2)])
    expect(await receiver.waitFor(1)).toEqual(await history(world))
    expect(receiver.taken).toHaveLength(1)
  })
})

const stores = [
  { name: 'SQLite', env: async () => ({ DATA_DIR: ':memory:' }) },
  { name: 'PostgreSQL', env: async () => ({ DATABASE_URL: await postgres.createDatabase() }) },
]

/** Who was named in the log, or how they are named there since. */
async function namesIn(world: World): Promise<Set<string>> {
  return new Set((await history(world)).flatMap((event) => ('identity' in event ? (event.identity ?? []) : [])))
}

describe.each(stores)('what is heard later of somebody whose name was taken out of the log, on $name', ({ env }) => {
  test('has the name that they have there, also as an event that has no type', async () => {
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...(await env()) } })
    await sendAll(world, [arrival(1)])
    await anonymize(world, 'person 1')
    const who = { ParticipantSid: sid('PA', 1), ParticipantIdentity: 'person 1' }
    await sendAll(world, [report('participant-disconnected', who)])
    await sendAll(world, [report('participant-waved', who)])
    expect(JSON.stringify(await history(world))).not.toContain('person 1')
    expect(await history(world)).toHaveLength(3)
    expect(await namesIn(world)).toHaveLength(1)
  })

  test('is known as what it is when it is reported again', async () => {
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...(await env()) } })
    await sendAll(world, [arrival(1)])
    await anonymize(world, 'person 1')
    const again = report('participant-waved', { ParticipantSid: sid('PA', 1), ParticipantIdentity: 'person 1' })
    await sendAll(world, [again])
    await sendAll(world, [again])
    expect(await history(world)).toHaveLength(2)
  })

  test('is heard under that name by whoever listens', async () => {
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...(await env()) } })
    await sendAll(world, [arrival(1)])
    await anonymize(world, 'person 1')
    const { eventLog } = await world.app.roomkey.services.store.open()
    await using live = await world.subscribe(
      'rooms.events',
      { sid: ROOM, lastEventId: String(await eventLog.findLastId()) },
      asService,
    )
    const who = { ParticipantSid: sid('PA', 1), ParticipantIdentity: 'person 1', SequenceNumber: '2' }
    await sendAll(world, [report('participant-disconnected', who)])
    expect(await live.events(1)).toEqual((await history(world)).slice(1))
  })

  test('leaves alone who comes back as another participant, under their own name', async () => {
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...(await env()) } })
    await sendAll(world, [arrival(1)])
    await anonymize(world, 'person 1')
    await sendAll(world, [arrival(2, { ParticipantIdentity: 'person 1' })])
    expect(await namesIn(world)).toEqual(new Set([expect.stringMatching('^anonymous:'), 'person 1']))
  })

  test('does not bring the name back when it comes at that very moment', async () => {
    const shared = await env()
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...shared } })
    await using other =
      'DATABASE_URL' in shared ? await createGuardedWorld({ env: { ...REPORTED, ...shared } }) : undefined
    const people = Array.from({ length: 10 }, (_, number) => number)
    for (const number of people) {
      await sendAll(world, [arrival(number)])
      await Promise.all([
        anonymize(world, `person ${number}`),
        ...['participant-disconnected', 'participant-waved'].map((event) =>
          sendAll(other ?? world, [
            report(event, { ParticipantSid: sid('PA', number), ParticipantIdentity: `person ${number}` }),
          ]),
        ),
      ])
    }
    expect(JSON.stringify(await history(world))).not.toContain('person')
    expect(await namesIn(world)).toHaveLength(people.length)
  })
})

describe.each(stores)('who was not anonymized at Twilio, on $name', ({ env }) => {
  test('is, once they have left and it is asked for again; in the log they were at once', async () => {
    await using world = await createGuardedWorld({ way: 'socket', env: await env() })
    const emulator = await world.emulator()
    const bob = await emulator.addBot({ room: 'standup', identity: 'bob' })
    await emulator.waitForCallback({ event: 'participant-connected' })
    const ask = async () => expectData(await world.mutate('participants.anonymize', { identity: 'bob' }, asService))
    expect(await ask()).toEqual({ events: 1, participants: 0, failed: [bob.sid] })
    bob.leave()
    await emulator.waitForCallback({ event: 'participant-disconnected' })
    const log = expectData(await world.query('rooms.history', { sid: bob.roomSid }, asService))
    expect(JSON.stringify(log)).not.toContain('bob')
    expect(await ask()).toEqual({ events: 0, participants: 1, failed: [] })
    const sdk = await world.sdk()
    expect((await sdk.video.v1.rooms(bob.roomSid).participants(bob.sid).fetch()).identity).not.toBe('bob')
    expect(await ask()).toEqual({ events: 0, participants: 0, failed: [] })
  })
})
