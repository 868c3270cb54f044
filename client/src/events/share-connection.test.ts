import type { FollowedEvent } from '@roomkey/shared'
import { expect, test, vi } from 'vitest'
import { RoomkeyError } from '../errors.ts'
import { createEntryQueue, type EntryQueue } from './entry-queue.ts'
import type { Follow, FollowRequest } from './follow.ts'
import { splitConnection } from './split-connection.ts'
import { shareConnection } from './share-connection.ts'

type Connection = {
  request: FollowRequest
  signal: AbortSignal
  entries: EntryQueue<FollowedEvent>
  interrupt: () => void
}

const isEvent = (entry: FollowedEvent): entry is Extract<FollowedEvent, { inferred: boolean }> =>
  'inferred' in entry || !['caught-up', 'room-closed', 'events-pruned'].includes(entry.type)
const eventOf = (room: string, id: number, type = 'track-added') =>
  ({ type, id: `${id}`, roomSid: room }) as unknown as FollowedEvent
const caughtUp = (id: number): FollowedEvent => ({ type: 'caught-up', id: `${id}` })

/** Connections that say what a test lets them say. */
function createTrial() {
  const connections: Connection[] = []
  const connect: Follow = async function* (request, signal, interrupt = () => undefined) {
    const entries = createEntryQueue<FollowedEvent>()
    connections.push({ request, signal, entries, interrupt })
    signal.addEventListener('abort', () => entries.end())
    for (let entry = await entries.next(); entry !== undefined; entry = await entries.next()) yield entry
  }
  return {
    connect,
    connections,
    /** The newest connection, once there are so many. */
    opened: async (count: number): Promise<Connection> => {
      await vi.waitFor(() => expect(connections.length).toBeGreaterThanOrEqual(count), 30_000)
      return connections.at(-1) as Connection
    },
  }
}

/** Reads on, and lists what came, as `room:id`. */
function read(entries: AsyncIterable<FollowedEvent>) {
  const seen: string[] = []
  const done = (async () => {
    for await (const entry of entries) seen.push(isEvent(entry) ? `${entry.roomSid}:${entry.id}` : entry.type)
  })()
  done.catch(() => undefined)
  return { seen, done, has: (count: number) => vi.waitFor(() => expect(seen).toHaveLength(count), 30_000) }
}

const one = (sid: string, lastEventId?: string): FollowRequest => ({ rooms: [{ sid, lastEventId }] })
const never = new AbortController().signal

test('who has not seen what is gone is told so, once; who has seen it is not', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const [behind, ahead, other] = [one('A', '2'), one('A', '9'), one('B', '2')].map((request) =>
    read(follow(request, never)),
  )
  const { entries } = await opened(1)
  const pruned: FollowedEvent = { type: 'events-pruned', id: '7', roomSid: 'A' as never }
  for (const entry of [pruned, eventOf('A', 8), eventOf('A', 10), caughtUp(10), pruned, eventOf('A', 11)]) {
    entries.push(entry)
  }
  await Promise.all([behind?.has(5), ahead?.has(3), other?.has(1)])
  expect(behind?.seen).toEqual(['events-pruned', 'A:8', 'A:10', 'caught-up', 'A:11'])
  expect(ahead?.seen).toEqual(['A:10', 'caught-up', 'A:11'])
  expect(other?.seen).toEqual(['caught-up'])
})

test('rooms that are followed at once are one connection, and each follower hears of their own', async () => {
  const { connect, opened, connections } = createTrial()
  const follow = shareConnection(connect)
  const [a, b] = [read(follow(one('A'), never)), read(follow(one('B'), never))]
  const { request, entries } = await opened(1)
  expect(request).toEqual({ rooms: [{ sid: 'A' }, { sid: 'B' }], types: undefined })
  for (const entry of [caughtUp(5), eventOf('A', 6), eventOf('B', 7), eventOf('A', 8)]) entries.push(entry)
  await Promise.all([a.has(3), b.has(2)])
  expect([a.seen, b.seen]).toEqual([
    ['caught-up', 'A:6', 'A:8'],
    ['caught-up', 'B:7'],
  ])
  expect(connections).toHaveLength(1)
})

test('a room that joins makes a new connection, on which nothing is lost and nothing comes twice', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const a = read(follow(one('A'), never))
  const first = await opened(1)
  first.entries.push(caughtUp(5))
  first.entries.push(eventOf('A', 6))
  await a.has(2)
  const b = read(follow(one('B', '0'), never))
  const second = await opened(2)
  expect(first.signal.aborted).toBe(true)
  expect(second.request.rooms).toEqual([
    { sid: 'A', lastEventId: '6' },
    { sid: 'B', lastEventId: '0' },
  ])
  // The server tells again what the old connection may have told.
  for (const entry of [eventOf('B', 2), eventOf('A', 6), eventOf('A', 7), caughtUp(7), eventOf('B', 10)]) {
    second.entries.push(entry)
  }
  await b.has(3)
  expect(a.seen).toEqual(['caught-up', 'A:6', 'A:7'])
  expect(b.seen).toEqual(['B:2', 'caught-up', 'B:10'])
})

test('who wants only what comes joins a room that is followed already without a new connection', async () => {
  const { connect, opened, connections } = createTrial()
  const follow = shareConnection(connect)
  const early = read(follow(one('A', '0'), never))
  const { entries } = await opened(1)
  for (const entry of [eventOf('A', 3), caughtUp(9)]) entries.push(entry)
  await early.has(2)
  const late = read(follow(one('A'), never))
  await late.has(1)
  entries.push(eventOf('A', 10))
  await Promise.all([early.has(3), late.has(2)])
  expect(late.seen).toEqual(['caught-up', 'A:10'])
  expect(connections).toHaveLength(1)
})

test('who wants the past gets it without anybody else getting it again; who does not, waits it out', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const [all, coming] = [read(follow(one('A', '0'), never)), read(follow(one('A'), never))]
  const { request, entries } = await opened(1)
  expect(request.rooms).toEqual([{ sid: 'A', lastEventId: '0' }])
  for (const entry of [eventOf('A', 1), eventOf('A', 2), caughtUp(2), eventOf('A', 3)]) entries.push(entry)
  await Promise.all([all.has(4), coming.has(2)])
  expect(all.seen).toEqual(['A:1', 'A:2', 'caught-up', 'A:3'])
  expect(coming.seen).toEqual(['caught-up', 'A:3'])
})

test('types are asked for together, and told to those who asked', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const doors = read(follow({ ...one('A'), types: ['room-ended'] }, never))
  const tracks = read(follow({ ...one('A'), types: ['track-added'] }, never))
  const first = await opened(1)
  expect(first.request.types).toEqual(['room-ended', 'track-added'])
  for (const entry of [caughtUp(1), eventOf('A', 2), eventOf('A', 3, 'room-ended')]) first.entries.push(entry)
  await Promise.all([doors.has(2), tracks.has(2)])
  expect([doors.seen[1], tracks.seen[1]]).toEqual(['A:3', 'A:2'])
  read(follow(one('A'), never))
  expect((await opened(2)).request.types).toBeUndefined()
})

test('a room that is closed ends for its followers only', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const [a, b] = [read(follow(one('A'), never)), read(follow(one('B'), never))]
  const { entries } = await opened(1)
  entries.push(caughtUp(1))
  entries.push({ type: 'room-closed', id: '1', room: 'A', roomSid: null, code: 'BANNED', message: 'no' })
  entries.push(eventOf('B', 2))
  await a.done
  await b.has(2)
  expect(a.seen).toEqual(['caught-up', 'room-closed'])
  expect(b.seen).toEqual(['caught-up', 'B:2'])
})

test('a connection that ends is made again, one that fails is told to all', async () => {
  const { connect, opened, connections } = createTrial()
  const follow = shareConnection(connect)
  const a = read(follow(one('A'), never))
  const first = await opened(1)
  first.entries.push(caughtUp(4))
  await a.has(1)
  first.entries.end()
  const second = await opened(2)
  expect(second.request.rooms).toEqual([{ sid: 'A', lastEventId: '4' }])
  second.entries.end({ error: new Error('refused') })
  await expect(a.done).rejects.toThrow('refused')
  expect(connections).toHaveLength(2)
})

test('a server that cannot be reached is asked on, for those who were told something before', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const a = read(follow(one('A'), never))
  const first = await opened(1)
  first.entries.push(caughtUp(4))
  await a.has(1)
  // Another room comes, so a new connection is made, just when there is no network.
  const b = read(follow(one('B'), never))
  const second = await opened(2)
  second.entries.end({ error: new RoomkeyError('NETWORK_ERROR', 'no network') })
  await expect(b.done).rejects.toMatchObject({ code: 'NETWORK_ERROR' })
  const third = await opened(3)
  expect(third.request.rooms).toEqual([{ sid: 'A', lastEventId: '4' }])
  third.entries.push(eventOf('A', 5))
  await a.has(2)
  expect(a.seen).toEqual(['caught-up', 'A:5'])
})

test('who wants to hear of interruptions is told of one, and when it is over', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const onInterrupted = vi.fn()
  const [asks, other] = [read(follow(one('A'), never, onInterrupted)), read(follow(one('A'), never))]
  const { entries, interrupt } = await opened(1)
  entries.push(caughtUp(5))
  await Promise.all([asks.has(1), other.has(1)])
  interrupt()
  expect(onInterrupted).toHaveBeenCalledTimes(1)
  for (const entry of [eventOf('A', 6), caughtUp(6), eventOf('A', 7), caughtUp(7)]) entries.push(entry)
  await Promise.all([asks.has(4), other.has(3)])
  expect(asks.seen).toEqual(['caught-up', 'A:6', 'caught-up', 'A:7'])
  expect(other.seen).toEqual(['caught-up', 'A:6', 'A:7'])
})

test('the last one to leave closes the connection; a signal fails with ABORTED', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const controller = new AbortController()
  const a = read(follow(one('A'), controller.signal))
  const { signal } = await opened(1)
  controller.abort()
  await expect(a.done).rejects.toMatchObject({ code: 'ABORTED' })
  await vi.waitFor(() => expect(signal.aborted).toBe(true), 30_000)
})

test('a reader who is far behind is told no more, and goes on where they were', async () => {
  const { connect, opened } = createTrial()
  const follow = shareConnection(connect)
  const slow = follow(one('A'), never)
  const first = slow[Symbol.asyncIterator]().next()
  const { entries } = await opened(1)
  entries.push(caughtUp(0))
  await first
  for (let id = 1; id <= 1_500; id++) entries.push(eventOf('A', id))
  await vi.waitFor(() => expect(entries.size()).toBe(0), 30_000)
  const rest = read(slow)
  const second = await opened(2)
  expect(second.request.rooms).toEqual([{ sid: 'A', lastEventId: '1000' }])
  for (let id = 1_001; id <= 1_501; id++) second.entries.push(eventOf('A', id))
  await rest.has(1_501)
  expect(rest.seen).toEqual(Array.from({ length: 1_501 }, (_, index) => `A:${index + 1}`))
})

test('many rooms are several connections, caught up when all of them are', async () => {
  const { connect, opened, connections } = createTrial()
  const rooms = Array.from({ length: 120 }, (_, index) => ({ sid: `R${index}` }))
  const all = read(shareConnection(splitConnection(connect))({ rooms }, never))
  await opened(3)
  expect(connections.map(({ request }) => request.rooms.length)).toEqual([50, 50, 20])
  connections[0]?.entries.push(caughtUp(4))
  connections[0]?.entries.push(caughtUp(5))
  connections[2]?.entries.push(eventOf('R119', 9))
  connections[2]?.entries.push(caughtUp(9))
  connections[1]?.entries.push(caughtUp(3))
  await all.has(1)
  connections[0]?.entries.push(eventOf('R1', 8))
  await all.has(2)
  expect(all.seen).toEqual(['caught-up', 'R1:8'])
})
