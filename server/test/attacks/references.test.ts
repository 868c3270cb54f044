import { expect, test } from 'vitest'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from '../access/setup.ts'

// One thing under several spellings: whoever is refused by one tries another.

const shout = (sid: string) => sid.slice(0, 2) + sid.slice(2).toUpperCase()

test('a SID in upper case gets a banned user, admin or service call no token', async () => {
  await using world = await createGuardedWorld()
  const [ann, bob] = [await asUser('ann'), await asUser('bob')]
  const root = await asUser('root', { roles: ['admin'] })
  const { sid } = await createRoom(world, ann, { access: 'signed-in' })
  for (const identity of ['bob', 'root']) {
    expectData(await world.mutate('bans.create', { roomSid: shout(sid), identity }, asService))
  }
  for (const [userId, headers] of [
    ['bob', bob],
    ['root', root],
    ['bob', asService],
  ] as const) {
    for (const roomSid of [sid, shout(sid)]) {
      expect(outcomeOf(await world.mutate('auth.getToken', { roomSid, userId }, headers))).toBe('BANNED')
    }
  }
})

test('a SID in either case is the same room, and answers carry the one form', async () => {
  await using world = await createGuardedWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann)
  await (await world.emulator()).addBot({ room: sid, identity: 'bo' })
  expect(expectData(await world.mutate('auth.getToken', { roomSid: shout(sid) }, ann)).roomSid).toBe(sid)
  const forAnyone = { roomSid: shout(sid), userId: 'x' }
  expect(expectData(await world.mutate('auth.getToken', forAnyone, asService)).roomSid).toBe(sid)
  const { id, invite } = expectData(await world.mutate('invites.create', { roomSid: shout(sid) }, ann))
  expect(outcomeOf(await world.query('rooms.get', { sid: shout(sid) }, asBearer(invite)))).toBe('OK')
  expect(outcomeOf(await world.mutate('auth.getToken', { invite, roomSid: shout(sid) }, await asUser('bob')))).toBe(
    'OK',
  )
  const { participants } = expectData(await world.query('participants.list', { roomSid: shout(sid) }, ann))
  const named = { roomSid: shout(sid), participant: shout(participants[0].sid) }
  expect(expectData(await world.query('participants.get', named, ann)).sid).toBe(participants[0].sid)
  expectData(await world.mutate('participants.remove', named, ann))
  expect(expectData(await world.query('audit.list', { roomSid: shout(sid) }, ann)).entries[0]).toMatchObject({
    action: 'participants.remove',
    room: sid,
    target: participants[0].sid,
  })
  expectData(await world.mutate('invites.revoke', { id: id.toUpperCase() }, ann))
  expect(outcomeOf(await world.query('rooms.get', { sid }, asBearer(invite)))).toBe('INVITE_REVOKED')
})

test('a room of dots, which no address can hold, is refused wherever a room is named, by the name of the field', async () => {
  await using world = await createGuardedWorld()
  const refused = async (answer: Promise<{ error?: { data: { roomkey: unknown } } }>) =>
    expect((await answer).error?.data.roomkey).toMatchObject({
      code: 'INVALID_INPUT',
      fields: [{ message: 'a name of dots cannot stand in an address; use the SID' }],
    })
  for (const roomSid of ['.', '..']) {
    await refused(world.query('rooms.get', { sid: roomSid }, asService))
    await refused(world.query('rooms.history', { sid: roomSid }, asService))
    await refused(world.mutate('invites.create', { roomSid }, asService))
    await refused(world.mutate('bans.create', { roomSid, identity: 'bob' }, asService))
    const { error } = await world.mutate('participants.anonymize', { roomSid, identity: 'bob' }, asService)
    expect(error?.data.roomkey.fields).toMatchObject([{ path: 'roomSid' }])
  }
  // Longer ones are names as any other.
  expect(outcomeOf(await world.query('rooms.get', { sid: '...' }, asService))).toBe('ROOM_NOT_FOUND')
})
