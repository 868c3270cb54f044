import { parseGuestName } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from '../access/setup.ts'
import { startStores } from './stores.ts'

// Invitations spent twice, spent by nobody, guessed, or outlasted.

const { stores } = startStores()
const noon = Date.parse('2026-11-24T12:00:00Z')

describe.each(stores)('on $name', ({ env }) => {
  test('one user who comes in by many calls at once spends one entry', async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const bob = await asUser('bob')
    const { sid } = await createRoom(world, asService)
    const terms = { roomSid: sid, maxUses: 5 }
    const { id, invite } = expectData(await world.mutate('invites.create', terms, asService))
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.mutate('auth.getToken', { invite }, bob)))
    expect(new Set(answers.map(outcomeOf))).toEqual(new Set(['OK']))
    const { invites } = expectData(await world.query('invites.list', { roomSid: sid }, asService))
    expect(invites).toMatchObject([{ id, uses: 1 }])
  })

  test("the second tab of the one user that an invitation is for is let in, and another user isn't", async () => {
    await using world = await createGuardedWorld({ env: await env() })
    const bob = await asUser('bob')
    const { sid } = await createRoom(world, asService)
    const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid, maxUses: 1 }, asService))
    const enter = (headers: Record<string, string>) => world.mutate('auth.getToken', { invite }, headers)
    expect((await Promise.all([enter(bob), enter(bob)])).map(outcomeOf)).toEqual(['OK', 'OK'])
    expect(outcomeOf(await enter(bob))).toBe('OK')
    expect(outcomeOf(await enter(await asUser('cleo')))).toBe('INVITE_USED_UP')
  })

  test('wrong guesses do not lock out good invitations behind the same address', async () => {
    const world = await createGuardedWorld({
      env: { ...(await env()), RATE_LIMIT_INVITES: '20' },
      overrides: { now: () => noon },
    })
    await using _ = world
    const { sid } = await createRoom(world, asService)
    const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, asService))
    let count = 0
    const guess = () => `inv_${String(count++).padStart(8, 'g')}${'x'.repeat(35)}`
    for (let index = 0; index < 20; index++) {
      expect(outcomeOf(await world.query('rooms.list', undefined, asBearer(guess())))).toBe('INVITE_NOT_FOUND')
    }
    // The guesser is told to stop; the others notice nothing.
    expect(outcomeOf(await world.query('rooms.list', undefined, asBearer(guess())))).toBe('RATE_LIMITED')
    expect(outcomeOf(await world.mutate('auth.getToken', { invite: guess(), userId: 'Eve' }))).toBe('RATE_LIMITED')
    expect(outcomeOf(await world.query('rooms.get', { sid }, asBearer(invite)))).toBe('OK')
    expect(outcomeOf(await world.mutate('auth.getToken', { invite, userId: 'Zoe' }))).toBe('OK')
  })
})

test('a guest is seen by the name they choose, and by nothing that hides it or turns the text around it', async () => {
  await using world = await createGuardedWorld()
  const { sid } = await createRoom(world, asService)
  const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid, maxUses: 4 }, asService))
  const nameOf = async (userId: string) => {
    const answer = await world.mutate('auth.getToken', { invite, userId })
    return answer.error?.data.roomkey.fields ?? parseGuestName(answer.data.userId)
  }
  expect(await nameOf('Ann\u202e htimS')).toBe('Ann  htimS')
  expect(await nameOf(' \u2066Ann\u2069 ')).toBe('Ann')
  expect(await nameOf('👩‍👩‍👧')).toBe('👩‍👩‍👧')
  for (const unseen of [' ', '\u200b', '\u3164\u2060', '\u202e', '\u2800']) {
    expect(await nameOf(unseen)).toEqual([{ path: 'userId', message: 'must be a name that can be seen' }])
  }
  // And none of these took one of the four.
  expect(await nameOf('李雷')).toBe('李雷')
})

test('good invitations are not counted as attempts', async () => {
  await using world = await createGuardedWorld({ env: { RATE_LIMIT_INVITES: '2' }, overrides: { now: () => noon } })
  const { sid } = await createRoom(world, asService)
  const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, asService))
  for (let index = 0; index < 10; index++) {
    expect(outcomeOf(await world.mutate('auth.getToken', { invite, userId: 'Zoe' }))).toBe('OK')
    expect(outcomeOf(await world.query('rooms.get', { sid }, asBearer(invite)))).toBe('OK')
  }
})

test('guesses around one invitation are counted together, and refused before they are looked up', async () => {
  await using world = await createGuardedWorld({ env: { RATE_LIMIT_INVITES: '4' }, overrides: { now: () => noon } })
  const { sid } = await createRoom(world, asService)
  const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, asService))
  const near = (end: number) => invite.slice(0, 20) + String(end).padStart(invite.length - 20, 'a')
  for (let index = 0; index < 4; index++) {
    expect(outcomeOf(await world.query('rooms.list', undefined, asBearer(near(index))))).toBe('INVITE_NOT_FOUND')
  }
  expect(outcomeOf(await world.query('rooms.list', undefined, asBearer(near(9))))).toBe('RATE_LIMITED')
})

test("a guest's token lasts no longer than guests' tokens may, whatever was asked for", async () => {
  const secondsOf = (answer: { data: { expiresAt: string } }) => (Date.parse(answer.data.expiresAt) - noon) / 1000
  for (const [env, longest] of [
    [{}, 14_400],
    [{ GUEST_TOKEN_TTL_SECONDS: '600' }, 600],
  ] as const) {
    const time = { iat: noon / 1000, exp: noon / 1000 + 600 }
    await using world = await createGuardedWorld({ env, overrides: { now: () => noon } })
    const { sid } = await createRoom(world, asService)
    const terms = { roomSid: sid, expiresInSeconds: 60, maxUses: 3 }
    const { invite } = expectData(await world.mutate('invites.create', terms, asService))
    const asked = { invite, userId: 'Zoe', ttlSeconds: 86_400 }
    expect(secondsOf(await world.mutate('auth.getToken', asked))).toBe(longest)
    expect(secondsOf(await world.mutate('auth.getToken', { ...asked, ttlSeconds: 60 }))).toBe(60)
    const shown = await world.mutate(
      'auth.getToken',
      { roomSid: sid, userId: 'Zoe', ttlSeconds: 86_400 },
      asBearer(invite),
    )
    expect(secondsOf(shown)).toBe(longest)
    // Whoever has a name answers for it.
    const user = await world.mutate('auth.getToken', { roomSid: sid, userId: 'x', ttlSeconds: 86_400 }, asService)
    expect(secondsOf(user)).toBe(86_400)
    expect(time.exp).toBeGreaterThan(time.iat)
  }
})
