import { describe, expect, test } from 'vitest'
import type { World } from '../setup.ts'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from './setup.ts'

const invite = async (world: World, headers: Record<string, string>, input: Record<string, unknown>) =>
  expectData(await world.mutate('invites.create', input, headers)) as { id: string; invite: string }

describe('a guest', () => {
  test('comes in under a name of their choosing, marked as a guest', async () => {
    await using world = await createGuardedWorld()
    const { sid } = await createRoom(world, await asUser('ann'))
    const { invite: secret } = await invite(world, await asUser('ann'), { roomSid: sid })
    const first = expectData(await world.mutate('auth.getToken', { invite: secret, userId: 'ann' }))
    const second = expectData(await world.mutate('auth.getToken', { invite: secret, userId: 'ann' }))
    expect(first.roomSid).toBe(sid)
    expect(first.userId).toMatch(/^guest:ann:[\w-]+$/)
    expect(second.userId).not.toBe(first.userId)
    const claims = JSON.parse(Buffer.from(first.token.split('.')[1], 'base64url').toString())
    expect(claims.grants).toMatchObject({ identity: first.userId, video: { room: sid } })
  })

  test('may show the invitation as a credential, for its own room and no other', async () => {
    await using world = await createGuardedWorld()
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann, { roomName: 'Ours' })
    const other = await createRoom(world, ann, { roomName: 'Theirs' })
    const guest = asBearer((await invite(world, ann, { roomSid: sid })).invite)
    expect((await world.query('auth.whoami', undefined, guest)).data).toMatchObject({ kind: 'guest', identity: null })
    expect((await world.query('rooms.list', undefined, guest)).data).toMatchObject({
      rooms: [{ sid }],
      nextCursor: null,
    })
    expect(outcomeOf(await world.query('rooms.get', { sid: 'Ours' }, guest))).toBe('OK')
    expect(outcomeOf(await world.query('rooms.get', { sid: 'Theirs' }, guest))).toBe('ROOM_NOT_FOUND')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid, userId: 'Bob' }, guest))).toBe('OK')
    const elsewhere = await world.mutate('auth.getToken', { roomSid: other.sid, userId: 'Bob' }, guest)
    expect(outcomeOf(elsewhere)).toBe('ROOM_NOT_FOUND')
    const nameless = await world.mutate('auth.getToken', { roomSid: sid }, guest)
    expect(outcomeOf(nameless)).toBe('INVALID_INPUT')
    const long = await world.mutate('auth.getToken', { roomSid: sid, userId: 'x'.repeat(128) }, guest)
    expect([outcomeOf(long), long.error?.data.roomkey.fields?.[0]?.path]).toEqual(['INVALID_INPUT', 'userId'])
  })

  test('with a host invitation manages the room', async () => {
    await using world = await createGuardedWorld()
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const guest = asBearer((await invite(world, ann, { roomSid: sid, role: 'host' })).invite)
    expect(outcomeOf(await world.mutate('invites.create', { roomSid: sid }, guest))).toBe('OK')
    expect(outcomeOf(await world.mutate('rooms.complete', { sid }, guest))).toBe('OK')
  })
})

describe('a user who is invited', () => {
  test('comes in as themselves, and belongs to the room from then on', async () => {
    await using world = await createGuardedWorld()
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const { sid } = await createRoom(world, ann)
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, bob))).toBe('ROOM_NOT_FOUND')
    const { id, invite: secret } = await invite(world, ann, { roomSid: sid, maxUses: 1 })
    const token = expectData(await world.mutate('auth.getToken', { invite: secret }, bob))
    expect(token).toMatchObject({ userId: 'bob', roomSid: sid })
    // Again is the same person: nothing is spent, and nobody else gets in.
    expect(outcomeOf(await world.mutate('auth.getToken', { invite: secret }, bob))).toBe('OK')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, bob))).toBe('OK')
    const { invites } = expectData(await world.query('invites.list', { roomSid: sid }, ann))
    expect(invites).toMatchObject([{ id, uses: 1, maxUses: 1 }])
    expect(outcomeOf(await world.mutate('auth.getToken', { invite: secret }, await asUser('eve')))).toBe(
      'INVITE_USED_UP',
    )
    expect(outcomeOf(await world.mutate('rooms.complete', { sid }, bob))).toBe('FORBIDDEN')
  })

  test('cannot come in as somebody else', async () => {
    await using world = await createGuardedWorld()
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const { invite: secret } = await invite(world, ann, { roomSid: sid })
    const bob = await asUser('bob')
    expect(outcomeOf(await world.mutate('auth.getToken', { invite: secret, userId: 'ann' }, bob))).toBe('FORBIDDEN')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid, userId: 'bob' }, ann))).toBe('FORBIDDEN')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid, userId: 'ann' }, ann))).toBe('OK')
  })

  test('as a host becomes one for good', async () => {
    await using world = await createGuardedWorld()
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const { sid } = await createRoom(world, ann)
    const { invite: secret } = await invite(world, ann, { roomSid: sid, role: 'host', maxUses: 1 })
    expectData(await world.mutate('auth.getToken', { invite: secret }, bob))
    expect(outcomeOf(await world.mutate('rooms.complete', { sid }, bob))).toBe('OK')
  })
})

test('unknown, expired, revoked and used up have a code each', async () => {
  let time = Date.now()
  await using world = await createGuardedWorld({ overrides: { now: () => time } })
  const { sid } = await createRoom(world, asService)
  const enter = async (secret: string) =>
    outcomeOf(await world.mutate('auth.getToken', { invite: secret, userId: 'Bob' }))
  const look = async (secret: string) => outcomeOf(await world.query('rooms.get', { sid }, asBearer(secret)))

  const unknown = `inv_${'a'.repeat(43)}`
  expect([await enter(unknown), await look(unknown)]).toEqual(['INVITE_NOT_FOUND', 'INVITE_NOT_FOUND'])

  const revoked = await invite(world, asService, { roomSid: sid })
  expect(expectData(await world.mutate('invites.revoke', { id: revoked.id }, asService)).revokedAt).not.toBeNull()
  expect([await enter(revoked.invite), await look(revoked.invite)]).toEqual(['INVITE_REVOKED', 'INVITE_REVOKED'])

  // Used up, it admits nobody else; whoever has it still sees the room it is for.
  const once = await invite(world, asService, { roomSid: sid, maxUses: 1 })
  expect([await enter(once.invite), await enter(once.invite), await look(once.invite)]).toEqual([
    'OK',
    'INVITE_USED_UP',
    'OK',
  ])

  const brief = await invite(world, asService, { roomSid: sid, expiresInSeconds: 60 })
  time += 61_000
  expect([await enter(brief.invite), await look(brief.invite)]).toEqual(['INVITE_EXPIRED', 'INVITE_EXPIRED'])
})

test('are listed newest first, page by page, without their secrets', async () => {
  let time = Date.now()
  await using world = await createGuardedWorld({ overrides: { now: () => (time += 1000) } })
  const { sid } = await createRoom(world, asService)
  const made = []
  for (let count = 0; count < 5; count++) made.unshift((await invite(world, asService, { roomSid: sid })).id)
  const seen: string[] = []
  for (let cursor: string | null = null, pages = 0; pages < 5; pages++) {
    const page = await world.query('invites.list', { roomSid: sid, limit: 2, ...(cursor && { cursor }) }, asService)
    expect(page.text).not.toContain('inv_')
    seen.push(...expectData(page).invites.map(({ id }: { id: string }) => id))
    cursor = page.data.nextCursor
    if (cursor === null) break
  }
  expect(seen).toEqual(made)
  const wrong = await world.query('invites.list', { roomSid: sid, cursor: 'nonsense' }, asService)
  expect(outcomeOf(wrong)).toBe('INVALID_INPUT')
})

test('to a room that is over are not made', async () => {
  await using world = await createGuardedWorld()
  const { sid } = await createRoom(world, asService)
  expectData(await world.mutate('rooms.complete', { sid }, asService))
  expect(outcomeOf(await world.mutate('invites.create', { roomSid: sid }, asService))).toBe('ROOM_COMPLETED')
})

test('of a room the caller cannot see do not exist for the caller', async () => {
  await using world = await createGuardedWorld()
  const { sid } = await createRoom(world, await asUser('ann'))
  const { id } = await invite(world, await asUser('ann'), { roomSid: sid })
  const missing = await world.mutate(
    'invites.revoke',
    { id: '00000000-0000-4000-8000-000000000000' },
    await asUser('eve'),
  )
  const hidden = await world.mutate('invites.revoke', { id }, await asUser('eve'))
  expect(outcomeOf(hidden)).toBe('INVITE_NOT_FOUND')
  expect(hidden.error?.message).toBe(missing.error?.message)
})
