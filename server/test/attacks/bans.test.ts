import { describe, expect, test } from 'vitest'
import { connectTestClient, openTestClient } from '../../../emulator/test/signaling/test-client.ts'
import type { World } from '../setup.ts'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from '../access/setup.ts'
import { startStores } from './stores.ts'

// Whoever is banned tries to come back: by another name, by what they hold, by what they made while they could.

const { stores } = startStores()

type Headers = Record<string, string>

const invite = async (world: World, roomSid: string, headers: Headers, role = 'guest') =>
  expectData(await world.mutate('invites.create', { roomSid, role }, headers)) as { id: string; invite: string }

const enter = (world: World, secret: string, headers: Headers = {}, userId?: string) =>
  world.mutate('auth.getToken', { invite: secret, ...(userId !== undefined && { userId }) }, headers)

const ban = (world: World, roomSid: string, identity: string, headers: Headers) =>
  world.mutate('bans.create', { roomSid, identity }, headers)

describe.each(stores)('on $name', ({ env }) => {
  test('as a guest, with the invitation they came in by as a user', async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const { sid } = await createRoom(world, ann)
    const { invite: secret } = await invite(world, sid, ann)
    expectData(await enter(world, secret, bob))
    expectData(await ban(world, sid, 'bob', ann))
    expect(outcomeOf(await enter(world, secret, {}, 'Bob'))).toBe('INVITE_REVOKED')
    expect(outcomeOf(await enter(world, secret, bob))).toBe('BANNED')
    expect(outcomeOf(await world.query('participants.list', { roomSid: sid }, asBearer(secret)))).toBe('INVITE_REVOKED')
    expect(outcomeOf(await world.query('participants.list', { roomSid: sid }, bob))).toBe('BANNED')
  })

  test('with a second invitation that they showed too, though the first had let them in', async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const { sid } = await createRoom(world, ann)
    const [first, second] = [await invite(world, sid, ann), await invite(world, sid, ann)]
    expectData(await enter(world, first.invite, bob))
    expectData(await enter(world, second.invite, bob))
    expectData(await ban(world, sid, 'bob', ann))
    expect(outcomeOf(await enter(world, second.invite, {}, 'Bob'))).toBe('INVITE_REVOKED')
  })

  test("as host, with a host's invitation of their own making, or one made with that", async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const { sid } = await createRoom(world, ann)
    expectData(await enter(world, (await invite(world, sid, ann, 'host')).invite, bob))
    const own = await invite(world, sid, bob, 'host')
    const child = await invite(world, sid, asBearer(own.invite), 'host')
    const grandchild = await invite(world, sid, asBearer(child.invite), 'host')
    const others = await invite(world, sid, ann)
    const { ended } = expectData(await ban(world, sid, 'bob', ann))
    expect(ended).toEqual({ membership: 'host', invites: 4, participant: null })
    for (const { invite: secret } of [own, child, grandchild]) {
      expect(outcomeOf(await enter(world, secret, {}, 'Bob'))).toBe('INVITE_REVOKED')
      expect(outcomeOf(await world.mutate('rooms.complete', { sid }, asBearer(secret)))).toBe('INVITE_REVOKED')
    }
    // What others made is theirs.
    expect(outcomeOf(await enter(world, others.invite, {}, 'Cleo'))).toBe('OK')
  })

  test('as a guest who was host: what their credential made goes with it', async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const shown = await invite(world, sid, ann, 'host')
    const { userId } = expectData(await enter(world, shown.invite, {}, 'Mallory'))
    const made = await invite(world, sid, asBearer(shown.invite), 'host')
    expectData(await ban(world, sid, userId, ann))
    for (const { invite: secret } of [shown, made]) {
      expect(outcomeOf(await enter(world, secret, {}, 'Mallory'))).toBe('INVITE_REVOKED')
    }
  })

  test('once the ban is lifted: they are let in as anybody is, and hold nothing of what they held', async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const { sid } = await createRoom(world, ann)
    const { invite: secret } = await invite(world, sid, ann, 'host')
    expectData(await enter(world, secret, bob))
    expectData(await ban(world, sid, 'bob', ann))
    expect(expectData(await world.query('bans.list', { roomSid: sid }, ann)).bans).toMatchObject([{ identity: 'bob' }])
    expectData(await world.mutate('bans.lift', { roomSid: sid, identity: 'bob' }, ann))
    expect(expectData(await world.query('bans.list', { roomSid: sid }, ann)).bans).toEqual([])
    expect(outcomeOf(await world.mutate('bans.lift', { roomSid: sid, identity: 'bob' }, ann))).toBe('BAN_NOT_FOUND')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, bob))).toBe('ROOM_NOT_FOUND')
    expect(outcomeOf(await enter(world, secret, bob))).toBe('INVITE_REVOKED')
    expectData(await enter(world, (await invite(world, sid, ann)).invite, bob))
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, bob))).toBe('OK')
  })

  test('through an invitation made at the very moment', async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const { sid } = await createRoom(world, ann)
    expectData(await enter(world, (await invite(world, sid, ann, 'host')).invite, bob))
    const attempts = Array.from({ length: 30 }, () =>
      world.mutate('invites.create', { roomSid: sid, role: 'host' }, bob),
    )
    const [banned, ...made] = await Promise.all([ban(world, sid, 'bob', ann), ...attempts])
    expectData(banned)
    for (const answer of made) {
      if (outcomeOf(answer) !== 'OK') continue
      expect(outcomeOf(await enter(world, answer.data.invite, {}, 'Bob'))).toBe('INVITE_REVOKED')
    }
  })

  test('revoking an invitation takes along what was made with it', async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const parent = await invite(world, sid, ann, 'host')
    const child = await invite(world, sid, asBearer(parent.invite), 'host')
    const grandchild = await invite(world, sid, asBearer(child.invite))
    expectData(await world.mutate('invites.revoke', { id: parent.id }, ann))
    for (const { invite: secret } of [parent, child, grandchild]) {
      expect(outcomeOf(await enter(world, secret, {}, 'Zoe'))).toBe('INVITE_REVOKED')
      expect(outcomeOf(await world.query('rooms.get', { sid }, asBearer(secret)))).toBe('INVITE_REVOKED')
    }
  })

  test('a room is in no list of theirs, by whatever way it was open to them', async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const rooms = [await createRoom(world, ann, { access: 'signed-in' }), await createRoom(world, ann)]
    expectData(await enter(world, (await invite(world, rooms[1]?.sid ?? '', ann)).invite, bob))
    expect(expectData(await world.query('rooms.list', undefined, bob)).rooms).toHaveLength(2)
    for (const { sid } of rooms) expectData(await ban(world, sid, 'bob', ann))
    expect(expectData(await world.query('rooms.list', undefined, bob)).rooms).toEqual([])
  })
})

test('a ban says what it ended, whether they are inside or not', async () => {
  await using world = await createGuardedWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann, { roomName: 'Monday', access: 'signed-in' })
  await (await world.emulator()).addBot({ room: sid, identity: 'bob' })
  expect(expectData(await ban(world, 'Monday', 'bob', ann))).toMatchObject({
    roomSid: sid,
    identity: 'bob',
    ended: { membership: null, invites: 0, participant: { identity: 'bob', status: 'disconnected' } },
  })
  expect(expectData(await ban(world, sid, 'eve', ann)).ended).toEqual({
    membership: null,
    invites: 0,
    participant: null,
  })
  // Twice is once.
  const first = expectData(await world.query('bans.list', { roomSid: sid }, ann)).bans
  expectData(await ban(world, sid, 'eve', ann))
  expect(expectData(await world.query('bans.list', { roomSid: sid }, ann)).bans).toEqual(first)
})

test('an identity that reads like a participant SID is banned as what it is', async () => {
  await using world = await createGuardedWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann, { access: 'signed-in' })
  const emulator = await world.emulator()
  const victim = await emulator.addBot({ room: sid, identity: 'victim' })
  const alike = `PA${'c'.repeat(32)}`
  const impostor = await emulator.addBot({ room: sid, identity: alike })
  expectData(await ban(world, sid, alike, ann))
  await expect.poll(() => impostor.status).toBe('disconnected')
  expect(victim.status).toBe('connected')
  expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, await asUser(alike)))).toBe('BANNED')

  // The name of a participant's SID, worn by somebody else: neither stands in for the other.
  const { participants } = expectData(await world.query('participants.list', { roomSid: sid }, ann))
  const victimSid: string = participants[0].sid
  expect(expectData(await ban(world, sid, victimSid, ann)).ended.participant).toBeNull()
  expect(victim.status).toBe('connected')
  expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, await asUser('victim')))).toBe('OK')
  const byShortWay = { roomSid: sid, participant: `PA${'d'.repeat(32)}`, ban: true }
  expect(outcomeOf(await world.mutate('participants.remove', byShortWay, ann))).toBe('PARTICIPANT_NOT_FOUND')
  expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, await asUser(byShortWay.participant)))).toBe(
    'BANNED',
  )
})

test('an identity of dots, which no address can hold, is banned and put out as any other', async () => {
  await using world = await createGuardedWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann, { access: 'signed-in' })
  const emulator = await world.emulator()
  for (const identity of ['.', '..']) {
    const impostor = await emulator.addBot({ room: sid, identity })
    expect(expectData(await ban(world, sid, identity, ann)).ended.participant).toMatchObject({ identity })
    await expect.poll(() => impostor.status).toBe('disconnected')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, await asUser(identity)))).toBe('BANNED')
    expect(expectData(await ban(world, sid, identity, ann)).ended.participant).toBeNull()
  }
})

test.each(['.', `PA${'e'.repeat(32)}`])(
  'an identity that is put out by its SID is so too while its connection is lost: %s',
  async (identity) => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann, { access: 'signed-in' })
    const token = await world.mutate('auth.getToken', { roomSid: sid }, await asUser(identity))
    const client = await openTestClient((await world.emulator()).signalingUrl)
    expect(await connectTestClient(client, { token: token.data.token, name: sid })).toMatchObject({ type: 'connected' })
    client.socket.terminate()
    const findStatus = async (status: string) => {
      const list = await world.query('participants.list', { roomSid: sid, status }, ann)
      return expectData(list).participants.map((participant: { identity: string }) => participant.identity)
    }
    await expect.poll(() => findStatus('reconnecting')).toEqual([identity])
    expect(expectData(await ban(world, sid, identity, ann)).ended.participant).toMatchObject({ identity })
    expect(await findStatus('disconnected')).toEqual([identity])
  },
)

test('bans are listed page by page, newest first', async () => {
  await using world = await createGuardedWorld()
  const { sid } = await createRoom(world, asService)
  const names = Array.from({ length: 7 }, (_, index) => `eve ${index}`)
  for (const name of names) expectData(await ban(world, sid, name, asService))
  const seen: string[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { roomSid: sid, limit: 3, ...(cursor && { cursor }) }
    const page = expectData(await world.query('bans.list', query, asService))
    seen.push(...page.bans.map(({ identity }: { identity: string }) => identity))
    cursor = page.nextCursor
  }
  expect(seen.toSorted()).toEqual(names)
})
