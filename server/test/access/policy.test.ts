import { expect, test } from 'vitest'
import { isAllowed } from '../../src/access/policy.ts'
import { asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from './setup.ts'

test('a policy of your own replaces the table, and may ask it', async () => {
  await using world = await createGuardedWorld({
    overrides: {
      // Members of the crew see every room; nobody completes one; everything else as usual.
      authorize: (question) => {
        if (question.action === 'rooms.complete') return false
        const isCrew = question.caller.kind === 'user' && question.caller.roles.includes('crew')
        return (question.action === 'rooms.get' && isCrew) || isAllowed(question)
      },
    },
  })
  const ann = await asUser('ann')
  const crew = await asUser('zoe', { roles: ['crew'] })
  const { sid } = await createRoom(world, ann)
  expect(outcomeOf(await world.query('rooms.get', { sid }, crew))).toBe('OK')
  expect((await world.query('rooms.list', undefined, crew)).data.rooms).toHaveLength(1)
  expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, crew))).toBe('FORBIDDEN')
  expect(outcomeOf(await world.mutate('rooms.complete', { sid }, ann))).toBe('FORBIDDEN')
  expect(outcomeOf(await world.mutate('rooms.complete', { sid }, asService))).toBe('FORBIDDEN')
  expect(outcomeOf(await world.query('rooms.get', { sid }, await asUser('eve')))).toBe('ROOM_NOT_FOUND')
  expect((await world.query('auth.whoami', undefined, ann)).data.may).not.toContain('rooms.complete')
})

test('a policy of your own decides about invitations too', async () => {
  await using world = await createGuardedWorld({
    overrides: { authorize: (question) => question.role !== 'anonymous' && isAllowed(question) },
  })
  const { sid } = await createRoom(world, asService)
  const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, asService))
  expect(outcomeOf(await world.mutate('auth.getToken', { invite, userId: 'Bob' }))).toBe('FORBIDDEN')
  expect(outcomeOf(await world.mutate('auth.getToken', { invite }, await asUser('bob')))).toBe('OK')
})

test('a policy that fails, or answers with anything but true, refuses', async () => {
  for (const authorize of [() => Promise.reject(new Error('no database')), () => 'yes' as unknown as boolean]) {
    await using world = await createGuardedWorld({ overrides: { authorize } })
    expect(outcomeOf(await world.mutate('rooms.create', {}, asService))).toBe('FORBIDDEN')
  }
})

test('what is not in the table is not allowed', () => {
  for (const action of ['rooms.destroy', 'toString', '__proto__']) {
    expect(isAllowed({ role: 'service', action: action as 'rooms.get', relation: 'host' })).toBe(false)
  }
})
