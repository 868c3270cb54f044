import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RoomSid } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import { createInviteSecret } from '../../src/identity/invite-secret.ts'
import { asBearer, asService, asUser, createGuardedWorld, expectData } from '../access/setup.ts'
import type { World } from '../setup.ts'
import { arrival, REPORTED, report, ROOM, sendAll, sid, until } from './setup.ts'

const inRoom = (room: number, number: number) => arrival(number, { RoomSid: sid('RM', room) })

async function sendOneByOne(world: World, reports: readonly Record<string, string>[]): Promise<void> {
  for (const fields of reports) await sendAll(world, [fields])
}

describe('events that are read', () => {
  test('while they come, from wherever, by whomever: each once, in order, with no gap', async () => {
    await using world = await createGuardedWorld({ way: 'socket', env: REPORTED })
    await sendAll(world, [report('room-created')])
    const total = 1500
    const sending = (async () => {
      for (let from = 1; from < total; from += 25) {
        await sendAll(
          world,
          Array.from({ length: Math.min(25, total - from) }, (_, n) => arrival(from + n)),
        )
      }
    })()
    const readers = await Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        await using reader = await world.subscribe('rooms.events', { sid: ROOM, lastEventId: '0' }, asService)
        const first = await reader.events(50 * index + 1)
        await using again = await world.subscribe(
          'rooms.events',
          { sid: ROOM, lastEventId: first.at(-1).id },
          asService,
        )
        return [...first, ...(await again.events(total - first.length))].map(({ id }) => Number(id))
      }),
    )
    await sending
    const expected = readers[0] ?? []
    expect(new Set(expected).size).toBe(total)
    expect(expected).toEqual(expected.toSorted((a, b) => a - b))
    for (const ids of readers) expect(ids).toEqual(expected)
  })

  test('of several rooms come in the order of their ids, however they came in', async () => {
    await using world = await createGuardedWorld({ way: 'socket', env: REPORTED })
    await sendAll(
      world,
      [1, 2, 3].map((room) => report('room-created', { RoomSid: sid('RM', room) })),
    )
    const rooms = [1, 2, 3].map((room) => ({ sid: sid('RM', room) }))
    await using reader = await world.subscribe('events.follow', { rooms, lastEventId: '0' }, asService)
    await reader.events(3)
    await sendAll(
      world,
      Array.from({ length: 90 }, (_, number) => inRoom((number % 3) + 1, number)),
    )
    const ids = (await reader.events(90)).map(({ id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  })

  test('by a guest hold none that nobody knows', async () => {
    await using world = await createGuardedWorld({ way: 'socket', env: REPORTED })
    await sendOneByOne(world, [report('room-created'), report('room-painted', { Secret: 'x' }), arrival(1)])
    const { secret, secretHash } = createInviteSecret()
    const { invites } = await world.app.roomkey.services.store.open()
    await invites.add({
      id: randomUUID(),
      roomSid: ROOM as RoomSid,
      role: 'guest',
      createdAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      maxUses: null,
      createdBy: null,
      parentId: null,
      secretHash,
    })
    const asGuest = asBearer(secret)
    await using guest = await world.subscribe('rooms.events', { sid: ROOM, lastEventId: '0' }, asGuest)
    expect((await guest.events(2)).map(({ type }) => type)).toEqual(['room-created', 'participant-connected'])
    const { events } = expectData(await world.query('rooms.history', { sid: ROOM, types: ['unknown'] }, asGuest))
    expect(events).toEqual([])
    const others = await world.query('rooms.history', { sid: sid('RM', 2) }, asGuest)
    expect(others.error?.data.roomkey.code).toBe('ROOM_NOT_FOUND')
  })

  test('too slowly are cut off, and the others go on', async () => {
    await using world = await createGuardedWorld({ way: 'socket', env: REPORTED })
    await sendAll(world, [report('room-created')])
    const { port } = world.app.server.address() as AddressInfo
    let served: Socket | undefined
    world.app.server.once('connection', (accepted) => (served = accepted))
    const socket = connect({ port, host: '127.0.0.1' })
    let isClosed = false
    socket.on('close', () => (isClosed = true)).on('error', () => undefined)
    const input = encodeURIComponent(JSON.stringify({ sid: ROOM }))
    socket.write(
      `GET /trpc/rooms.events?input=${input} HTTP/1.1\r\nhost: x\r\nauthorization: ${asService['authorization']}\r\n\r\n`,
    )
    await new Promise((resolve) => socket.once('data', resolve))
    socket.pause()
    await using quick = await world.subscribe('rooms.events', { sid: ROOM }, asService)
    let read = 0
    const reading = (async () => {
      while ((await quick.next().then((said) => 'data' in said && said)) !== false) read++
    })()
    const padding = 'x'.repeat(60_000)
    let sent = 0
    await until('the slow one was cut off', async () => {
      await sendAll(world, [report('room-painted', { Padding: padding, SequenceNumber: String(++sent) })])
      return served?.destroyed === true
    })
    // With `caught-up`.
    await until('the quick one has read all', () => read === sent + 1)
    socket.resume()
    await until('its socket has closed', () => isClosed)
    await quick[Symbol.asyncDispose]()
    await reading
  })
})

test('two servers on one SQLite file tell of what the other has stored', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-two-'))
  try {
    const env = { ...REPORTED, DATA_DIR: directory }
    await using one = await createGuardedWorld({ env })
    await using two = await createGuardedWorld({ env })
    await sendAll(one, [report('room-created')])
    await using reader = await two.subscribe('rooms.events', { sid: ROOM, lastEventId: '0' }, asService)
    await reader.events(1)
    await sendAll(one, [arrival(1), arrival(2)])
    await sendAll(two, [arrival(3)])
    expect(new Set((await reader.events(3)).map(({ identity }) => identity))).toEqual(
      new Set(['person 1', 'person 2', 'person 3']),
    )
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('events older than EVENTS_DAYS are forgotten, and what comes after has a larger id still', async () => {
  await using world = await createGuardedWorld({ env: REPORTED })
  await sendAll(
    world,
    Array.from({ length: 700 }, (_, number) => arrival(number)),
  )
  const { eventLog } = await world.app.roomkey.services.store.open()
  const lastId = await eventLog.findLastId()
  await eventLog.prune(new Date(Date.now() + 60_000).toISOString())
  expect(await eventLog.readAfter(0, {}, 10)).toEqual([])
  await sendAll(world, [arrival(1)])
  expect(Number((await eventLog.readAfter(0, {}, 10))[0]?.id)).toBeGreaterThan(lastId)
})

test('attendance counts what several devices were inside at once only once', async () => {
  await using world = await createGuardedWorld({ env: REPORTED })
  const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`
  const visit = (number: number, from: number, to: number) => {
    const who = { ParticipantSid: sid('PA', number), ParticipantIdentity: 'ann' }
    return [
      report('participant-connected', { ...who, Timestamp: at(from) }),
      report('participant-disconnected', { ...who, Timestamp: at(to), ParticipantDuration: String((to - from) * 60) }),
    ]
  }
  // Late and out of order.
  await sendOneByOne(world, [...visit(2, 5, 15), ...visit(1, 0, 10), ...visit(3, 20, 25)].toReversed())
  await sendAll(world, [report('room-ended', { Timestamp: at(30), RoomDuration: '1800' })])
  const attendance = expectData(await world.query('rooms.attendance', { sid: ROOM }, asService))
  expect(attendance).toMatchObject({ roomName: 'standup', endedAt: at(30) })
  expect(attendance.attendees).toEqual([
    {
      identity: 'ann',
      firstJoinedAt: at(0),
      lastLeftAt: at(25),
      seconds: 20 * 60,
      visits: [
        { participantSid: sid('PA', 1), joinedAt: at(0), leftAt: at(10) },
        { participantSid: sid('PA', 2), joinedAt: at(5), leftAt: at(15) },
        { participantSid: sid('PA', 3), joinedAt: at(20), leftAt: at(25) },
      ],
    },
  ])
  const ann = await asUser('ann')
  expect((await world.query('rooms.attendance', { sid: ROOM }, ann)).error?.data.roomkey.code).toBe('ROOM_NOT_FOUND')
})
