import { expect, test } from 'vitest'
import type { TestResponse, World } from '../setup.ts'
import { asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from './setup.ts'

/** All of a response that a caller could compare. */
function anatomyOf(response: TestResponse, ref: string): unknown {
  const headers = [...response.headers].filter(([name]) => !['date', 'content-length'].includes(name))
  return [response.status, headers, response.text.replaceAll(ref, 'ROOM').replace(/"requestId":"[^"]*"/, '')]
}

test('a hidden room answers exactly like a missing one, by SID and by name', async () => {
  await using world = await createGuardedWorld()
  const { sid } = await createRoom(world, await asUser('ann'), { roomName: 'Secret plans' })
  const eve = await asUser('eve')
  const missing = `RM${'f'.repeat(32)}`
  const attempts: ((ref: string) => Promise<TestResponse>)[] = [
    (ref) => world.query('rooms.get', { sid: ref }, eve),
    (ref) => world.mutate('rooms.complete', { sid: ref }, eve),
    (ref) => world.mutate('auth.getToken', { roomSid: ref }, eve),
    (ref) => world.query('participants.list', { roomSid: ref }, eve),
    (ref) => world.query('participants.get', { roomSid: ref, participant: 'ann' }, eve),
    (ref) => world.mutate('participants.remove', { roomSid: ref, participant: 'ann', ban: true }, eve),
    (ref) => world.mutate('invites.create', { roomSid: ref }, eve),
    (ref) => world.query('invites.list', { roomSid: ref }, eve),
    (ref) => world.query('audit.list', { roomSid: ref }, eve),
  ]
  for (const attempt of attempts) {
    const hidden = await attempt(sid)
    expect(outcomeOf(hidden)).toBe('ROOM_NOT_FOUND')
    expect(anatomyOf(hidden, sid)).toEqual(anatomyOf(await attempt(missing), missing))
    const hiddenName = await attempt('Secret plans')
    expect(anatomyOf(hiddenName, 'Secret plans')).toEqual(anatomyOf(await attempt('No such plans'), 'No such plans'))
  }
})

test('guessing SIDs tells nothing, whatever the letters', async () => {
  await using world = await createGuardedWorld()
  const { sid } = await createRoom(world, await asUser('ann'))
  const eve = await asUser('eve')
  for (const guess of [sid, `RM${sid.slice(2).toUpperCase()}`, `${sid}/`, `../${sid}`, `${sid}#`, `${sid}?x`]) {
    expect(outcomeOf(await world.query('rooms.get', { sid: guess }, eve))).toBe('ROOM_NOT_FOUND')
  }
})

test('rooms.list shows a user the rooms they may see, page by page, and none is empty', async () => {
  await using world = await createGuardedWorld()
  const [ann, bob] = [await asUser('ann'), await asUser('bob')]
  const mine = new Set<string>()
  for (let index = 0; index < 12; index++) {
    mine.add((await createRoom(world, ann)).sid)
    await createRoom(world, bob)
    await createRoom(world, asService)
  }
  mine.add((await createRoom(world, bob, { access: 'signed-in' })).sid)
  const invited = await createRoom(world, bob)
  const { invite } = expectData(await world.mutate('invites.create', { roomSid: invited.sid }, bob))
  expectData(await world.mutate('auth.getToken', { invite }, ann))
  mine.add(invited.sid)

  const pages = await readAll(world, { limit: 5 }, ann)
  expect(pages.map((page) => page.length)).toEqual([5, 5, 4])
  expect(new Set(pages.flat())).toEqual(mine)
  expect((await readAll(world, { limit: 7 }, ann)).map((page) => page.length)).toEqual([7, 7])
  expect((await readAll(world, {}, await asUser('eve'))).map((page) => page.length)).toEqual([1])
  expect((await readAll(world, { limit: 20 }, asService)).flat()).toHaveLength(38)
})

test('a cursor of rooms.list is good for the same caller and filters only as far as the caller sees', async () => {
  await using world = await createGuardedWorld()
  const ann = await asUser('ann')
  for (let index = 0; index < 3; index++) await createRoom(world, ann)
  const { nextCursor } = expectData(await world.query('rooms.list', { limit: 1 }, ann))
  const asEve = await world.query('rooms.list', { limit: 1, cursor: nextCursor }, await asUser('eve'))
  expect(asEve.data).toEqual({ rooms: [], nextCursor: null })
  for (const cursor of ['nonsense', '0.nonsense', '99999.', '-1.']) {
    expect(outcomeOf(await world.query('rooms.list', { cursor }, ann))).toBe('INVALID_INPUT')
  }
})

test('host and access are told with the room, and default to nobody and the invited', async () => {
  await using world = await createGuardedWorld()
  const ann = await asUser('ann')
  expect(await createRoom(world, ann)).toMatchObject({ host: 'ann', access: 'invited' })
  const open = await createRoom(world, ann, { access: 'signed-in' })
  expect(open).toMatchObject({ host: 'ann', access: 'signed-in' })
  expect(await createRoom(world, asService)).toMatchObject({ host: null, access: 'invited' })
  const seen = await world.query('rooms.get', { sid: open.sid }, await asUser('bob'))
  expect(seen.data).toMatchObject({ host: 'ann', access: 'signed-in' })
})

test("a user's token is for the room's SID, so that it opens no later room of the same name", async () => {
  await using world = await createGuardedWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann, { roomName: 'Monday' })
  expect(expectData(await world.mutate('auth.getToken', { roomSid: 'Monday' }, ann)).roomSid).toBe(sid)
  const byService = await world.mutate('auth.getToken', { roomSid: 'Monday', userId: 'x' }, asService)
  expect(byService.data.roomSid).toBe('Monday')
})

async function readAll(
  world: World,
  query: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<string[][]> {
  const pages: string[][] = []
  for (let cursor: string | undefined; pages.length < 50;) {
    const page = expectData(await world.query('rooms.list', { ...query, ...(cursor && { cursor }) }, headers))
    pages.push(page.rooms.map(({ sid }: { sid: string }) => sid))
    if (page.nextCursor === null) return pages
    cursor = page.nextCursor
  }
  throw new Error('the list does not end')
}
