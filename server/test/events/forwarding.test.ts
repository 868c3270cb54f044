import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeadLetter, RoomEvent } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import { asService, asUser, createGuardedWorld, createRoom, expectData } from '../access/setup.ts'
import type { World } from '../setup.ts'
import { arrival, REPORTED, report, ROOM, sendAll, sid } from './setup.ts'
import { createWebhookReceiver, WEBHOOK_SECRET } from './webhook-receiver.ts'

/** Comparing with REST is off: it would add events of its own accord. */
const quiet = { EVENTS_RECONCILE_SECONDS: 'off' }

function start(env: Record<string, string>): Promise<World> {
  return createGuardedWorld({ way: 'socket', env: { ...quiet, ...env } })
}

/** A room with somebody who comes and goes; its SID. */
async function playRoom(world: World): Promise<string> {
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann)
  const emulator = await world.emulator()
  await emulator.waitForCallback({ room: sid, event: 'room-created' })
  const bob = await emulator.addBot({ room: sid, identity: 'bob' })
  await emulator.waitForCallback({ room: sid, event: 'participant-connected' })
  bob.leave()
  await emulator.waitForCallback({ room: sid, event: 'participant-disconnected' })
  return sid
}

const STORY = ['room-created', 'participant-connected', 'participant-disconnected']
const types = (events: RoomEvent[]) => events.map(({ type }) => type)

async function waitForDeadLetters(world: World, count: number): Promise<DeadLetter[]> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const { deadLetters } = expectData(await world.query('events.deadLetters', undefined, asService))
    if (deadLetters.length >= count) return deadLetters
    if (performance.now() > deadline) throw new Error(`${deadLetters.length} of ${count} dead letters`)
  }
}

describe('events that are forwarded', () => {
  test('come signed, each once and in the order of their room', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start(receiver.env)
    const sid = await playRoom(world)
    const taken = await receiver.waitFor(3)
    expect(types(taken)).toEqual(STORY)
    const { events } = expectData(await world.query('rooms.history', { sid }, asService))
    expect(taken).toEqual(events)
  })

  test('are held up by a failure in their own room only, and tried again', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start(receiver.env)
    let isFailing = true
    let failing: string | undefined
    receiver.answer = ({ roomSid }) => (isFailing && roomSid === (failing ??= roomSid) ? 503 : 204)
    const one = await playRoom(world)
    const two = await playRoom(world)
    expect(failing).toBe(one)
    expect(types(await receiver.waitFor(3, ({ roomSid }) => roomSid === two))).toEqual(STORY)
    expect(receiver.taken.filter(({ roomSid }) => roomSid === one)).toEqual([])
    isFailing = false
    expect(types(await receiver.waitFor(3, ({ roomSid }) => roomSid === one))).toEqual(STORY)
  })

  test('of a room where nothing goes on are left in the log, so that they never fill up the way of others', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...receiver.env } })
    let isFailing = true
    receiver.answer = ({ roomSid }) => (isFailing && roomSid === ROOM ? 503 : 204)
    // More than are read from the log at a time.
    await sendAll(
      world,
      Array.from({ length: 300 }, (_, number) => arrival(number)),
    )
    const other = { RoomSid: sid('RM', 2) }
    await sendAll(world, [report('room-created', other)])
    await sendAll(world, [arrival(1000, other)])
    const two = await receiver.waitFor(2, ({ roomSid }) => roomSid === other.RoomSid)
    expect(types(two)).toEqual(['room-created', 'participant-connected'])
    expect(receiver.taken).toHaveLength(2)
    isFailing = false
    const ids = (await receiver.waitFor(300, ({ roomSid }) => roomSid === ROOM)).map(({ id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(300)
  })

  test('are put aside when they are not taken for too long, listed, and redelivered', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start({ ...receiver.env, EVENTS_WEBHOOK_RETRY_HOURS: '0' })
    receiver.answer = ({ type }) => (type === 'participant-connected' ? 400 : 204)
    const sid = await playRoom(world)
    // The next has its turn.
    expect(types(await receiver.waitFor(2))).toEqual(['room-created', 'participant-disconnected'])
    const [letter] = await waitForDeadLetters(world, 1)
    expect(letter).toMatchObject({
      event: { type: 'participant-connected', identity: 'bob', roomSid: sid },
      attempts: 1,
      error: 'it answered with 400',
    })
    const ids = [letter?.event.id, '1']
    expect(expectData(await world.mutate('events.redeliver', { ids }, asService))).toEqual({
      delivered: [],
      failed: [
        { id: '1', error: 'it is no dead letter, or no longer' },
        { id: letter?.event.id, error: 'it answered with 400' },
      ],
    })
    receiver.answer = () => 204
    expect(expectData(await world.mutate('events.redeliver', { ids: ids.slice(0, 1) }, asService))).toEqual({
      delivered: [letter?.event.id],
      failed: [],
    })
    expect(receiver.taken.at(-1)).toEqual(letter?.event)
    expect(expectData(await world.query('events.deadLetters', undefined, asService)).deadLetters).toEqual([])
  })

  test('of a receiver that was down all come at once when it is back, however long they were to wait', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start(receiver.env)
    receiver.answer = () => 502
    for (let room = 0; room < 6; room++) await playRoom(world)
    while (receiver.attempts < 12) await world.query('auth.whoami', undefined, asService)
    receiver.answer = () => 204
    expect(await receiver.waitFor(18)).toHaveLength(18)
  })

  test('go on after a restart where they were', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'roomkey-forwarding-'))
    try {
      await using receiver = await createWebhookReceiver()
      receiver.answer = ({ type }) => (type === 'room-created' ? 204 : 503)
      {
        await using first = await start({ ...receiver.env, DATA_DIR: directory })
        await playRoom(first)
        await receiver.waitFor(1)
      }
      receiver.answer = () => 204
      await using second = await start({ ...receiver.env, DATA_DIR: directory })
      expect(second.logs.join('')).not.toContain(WEBHOOK_SECRET)
      const rest = await receiver.waitFor(2, ({ type }) => type !== 'room-created')
      expect(types(rest)).toEqual(STORY.slice(1))
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  test.each([
    ['an address of this machine', 'https://127.0.0.1:1/', 'private address'],
    ['a name that leads to it', 'https://localhost:1/', 'private address'],
  ])('do not go to %s, unless it is named', async (_what, url, error) => {
    await using world = await start({
      EVENTS_WEBHOOK_URL: url,
      EVENTS_WEBHOOK_SECRET: WEBHOOK_SECRET,
      EVENTS_WEBHOOK_RETRY_HOURS: '0',
    })
    await createRoom(world, await asUser('ann'))
    expect((await waitForDeadLetters(world, 1))[0]?.error).toContain(error)
  })

  test('do not follow a redirect', async () => {
    await using receiver = await createWebhookReceiver()
    await using world = await start({ ...receiver.env, EVENTS_WEBHOOK_RETRY_HOURS: '0' })
    receiver.answer = () => 307
    await createRoom(world, await asUser('ann'))
    expect(await waitForDeadLetters(world, 1)).toMatchObject([{ error: 'it answered with a redirect (307)' }])
    expect(receiver.attempts).toBe(1)
  })
})
