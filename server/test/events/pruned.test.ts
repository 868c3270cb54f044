import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { startStores } from '../attacks/stores.ts'
import { asService, createGuardedWorld, expectData } from '../access/setup.ts'
import type { World } from '../setup.ts'
import { arrival, REPORTED, report, ROOM, sendAll, sid, until } from './setup.ts'

// Who comes back after EVENTS_DAYS is told what is gone, and goes on with what is kept.

const { stores } = startStores()
const OTHER_ROOM = sid('RM', 2)
const DAY = 86_400_000

const directories: string[] = []
afterAll(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true }))))

const findLog = async ({ app }: World) => (await app.roomkey.services.store.open()).eventLog
/** Deletes all that was stored so far, as if it were old. */
const pruneAll = async (world: World) => (await findLog(world)).prune(new Date(Date.now() + DAY).toISOString())
const findLastId = async (world: World) => String(await (await findLog(world)).findLastId())
const history = async (world: World, room: string) =>
  expectData(await world.query('rooms.history', { sid: room }, asService))

/** A room of which two events are gone and one is kept, beside another of which all are kept. */
async function createPrunedWorld(env: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-pruned-'))
  directories.push(directory)
  const settings = { env: { ...REPORTED, ...('DATABASE_URL' in env ? env : { DATA_DIR: directory }) } }
  // A server of its own: what one has told of it still has at hand for those who come back soon.
  await using earlier = await createGuardedWorld(settings)
  await sendAll(earlier, [report('room-created'), arrival(1)])
  const firstId = (await history(earlier, ROOM)).events[0].id as string
  const goneId = await findLastId(earlier)
  await pruneAll(earlier)
  await sendAll(earlier, [arrival(2)])
  await sendAll(earlier, [report('room-created', { RoomSid: OTHER_ROOM })])
  await sendAll(earlier, [arrival(3, { RoomSid: OTHER_ROOM })])
  return { world: await createGuardedWorld(settings), firstId, goneId }
}

describe.each(stores)('on $name', ({ env }) => {
  test('a stream says once which events are gone, and goes on with those that are kept', async () => {
    const { world, firstId, goneId } = await createPrunedWorld(await env())
    await using _ = world
    for (const lastEventId of ['0', firstId]) {
      await using reader = await world.subscribe('rooms.events', { sid: ROOM, lastEventId }, asService)
      expect(await reader.next()).toEqual({ id: goneId, data: { type: 'events-pruned', id: goneId, roomSid: ROOM } })
      expect(await reader.next()).toMatchObject({ data: { type: 'participant-connected', identity: 'person 2' } })
      expect(await reader.next()).toMatchObject({ data: { type: 'caught-up' } })
    }
    // By the id that it said, nothing is missing any more; and who asks for what is to come misses nothing.
    await using again = await world.subscribe('rooms.events', { sid: ROOM, lastEventId: goneId }, asService)
    expect((await again.next()) as object).toMatchObject({ data: { identity: 'person 2' } })
    await using fresh = await world.subscribe('rooms.events', { sid: ROOM }, asService)
    expect(await fresh.next()).toMatchObject({ data: { type: 'caught-up' } })
  })

  test('a room of which nothing is gone says nothing of it, whatever is gone of others', async () => {
    const { world, firstId } = await createPrunedWorld(await env())
    await using _ = world
    await using reader = await world.subscribe('rooms.events', { sid: OTHER_ROOM, lastEventId: firstId }, asService)
    expect(await reader.next()).toMatchObject({ data: { type: 'room-created' } })
    const rooms = [{ sid: ROOM }, { sid: OTHER_ROOM }]
    await using both = await world.subscribe('events.follow', { rooms, lastEventId: firstId }, asService)
    expect(await both.next()).toMatchObject({ data: { type: 'events-pruned', roomSid: ROOM } })
    expect((await both.events(3)).map(({ roomSid }) => roomSid)).toEqual([ROOM, OTHER_ROOM, OTHER_ROOM])
    expect(await both.next()).toMatchObject({ data: { type: 'caught-up' } })
  })

  test('who follows every room learns that something is gone, of whichever', async () => {
    const { world, firstId, goneId } = await createPrunedWorld(await env())
    await using _ = world
    const input = { lastEventId: firstId, types: ['room-ended'] }
    await using reader = await world.subscribe('events.subscribe', input, asService)
    expect(await reader.next()).toMatchObject({ data: { type: 'events-pruned', id: goneId, roomSid: null } })
    expect(await reader.next()).toMatchObject({ data: { type: 'caught-up' } })
    await sendAll(world, [report('room-ended', { RoomDuration: '60' })])
    expect((await reader.events(1))[0]).toMatchObject({ type: 'room-ended' })
  })

  test('what is read back says that it is not all', async () => {
    const { world, goneId } = await createPrunedWorld(await env())
    await using _ = world
    expect(await history(world, ROOM)).toMatchObject({ events: [{ identity: 'person 2' }], prunedUpTo: goneId })
    expect((await history(world, OTHER_ROOM)).prunedUpTo).toBeNull()
    const attendance = async (room: string) =>
      expectData(await world.query('rooms.attendance', { sid: room }, asService)).prunedUpTo
    expect(await attendance(ROOM)).toBe(goneId)
    expect(await attendance(OTHER_ROOM)).toBeNull()
  })

  test('what is gone is remembered of each room for a year, and of the newest for good', async () => {
    const { world, firstId } = await createPrunedWorld(await env())
    await using _ = world
    const lastId = await findLastId(world)
    await pruneAll(world)
    // Ids go on where they were, so that who reads from now on misses nothing.
    expect(await findLastId(world)).toBe(lastId)
    const { pruning, eventLog } = await world.app.roomkey.services.store.open()
    const prunedOf = (rooms: string[] | undefined) => eventLog.findPruned(Number(firstId), rooms)
    expect((await prunedOf([ROOM, OTHER_ROOM])).map(({ roomSid }) => roomSid)).toEqual([ROOM, OTHER_ROOM])
    await pruning.pruneExpired(Date.now() + 367 * DAY)
    const [newest, ...others] = await prunedOf([ROOM, OTHER_ROOM])
    expect([newest, others]).toEqual([{ roomSid: OTHER_ROOM, lastId: Number(lastId) }, []])
    expect(await prunedOf(undefined)).toEqual([{ roomSid: null, lastId: Number(lastId) }])
  })

  test('what is done about events and was left undone for longer is told in the log of the server', async () => {
    const { world, firstId, goneId } = await createPrunedWorld(await env())
    await using _ = world
    const { eventCursors } = await world.app.roomkey.services.store.open()
    await eventCursors.find('late', 0)
    await eventCursors.save('late', Number(firstId))
    const done: string[] = []
    world.app.roomkey.services.events.addReactor({ name: 'late', react: async ({ id }) => void done.push(id) })
    await sendAll(world, [arrival(4)])
    await until('all that is kept was done', () => done.length >= 4)
    // Others may say the same: how far they came was not saved yet when the events were deleted.
    const told = world.logs
      .filter((line) => line.includes('events were deleted before a reactor saw them'))
      .map((line) => JSON.parse(line) as { reactor: string })
    expect(told.filter(({ reactor }) => reactor === 'late')).toEqual([
      expect.objectContaining({ after: Number(firstId), upTo: Number(goneId) }),
    ])
  })
})
