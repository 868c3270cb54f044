import { describe, expect, test } from 'vitest'
import { createRateLimiter } from '../../src/limits/rate-limiter.ts'
import { createOpenStreams } from '../../src/limits/open-streams.ts'
import { createStore } from '../../src/store/store.ts'
import type { World } from '../setup.ts'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from './setup.ts'

/** Outcomes of so many calls in a row, counted. */
async function tally(
  count: number,
  call: () => Promise<Parameters<typeof outcomeOf>[0]>,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let index = 0; index < count; index++) {
    const outcome = outcomeOf(await call())
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

// One instant, so that no test straddles two windows.
const noon = Date.parse('2026-11-24T12:00:00Z')
const now = () => noon
const claims = { iat: noon / 1000, exp: noon / 1000 + 600 }

describe('a caller who takes too much', () => {
  test('is told when to come back, and nobody else notices', async () => {
    let time = noon + 15_000
    await using world = await createGuardedWorld({ env: { RATE_LIMIT_CALLS: '10' }, overrides: { now: () => time } })
    const [ann, bob] = [await asUser('ann', claims), await asUser('bob', claims)]
    expect(await tally(15, () => world.query('rooms.list', undefined, ann))).toEqual({ OK: 10, RATE_LIMITED: 5 })
    const refused = await world.query('rooms.list', undefined, ann)
    expect([refused.status, refused.error?.data.roomkey.retryAfterSeconds]).toEqual([429, 45])
    expect(await tally(3, () => world.query('rooms.list', undefined, bob))).toEqual({ OK: 3 })
    expect(await tally(30, () => world.query('rooms.list', undefined, asService))).toEqual({ OK: 30 })
    // Another token of the same person is the same caller.
    const again = await asUser('ann', { ...claims, jti: 'other' })
    expect(outcomeOf(await world.query('rooms.list', undefined, again))).toBe('RATE_LIMITED')
    time += 45_000
    expect(outcomeOf(await world.query('rooms.list', undefined, ann))).toBe('OK')
  })

  test('counts every call of a batch', async () => {
    await using world = await createGuardedWorld({ env: { RATE_LIMIT_CALLS: '10' }, overrides: { now } })
    const paths = Array<string>(12).fill('auth.whoami').join(',')
    const answer = await world.send(`/trpc/${paths}?batch=1`, { headers: await asUser('ann', claims) })
    const codes = JSON.parse(answer.text).map(
      (one: { error?: { data: { roomkey: { code: string } } } }) => one.error?.data.roomkey.code,
    )
    expect(codes.filter((code: string | undefined) => code === 'RATE_LIMITED')).toHaveLength(2)
  })

  test('gets fewer access tokens than calls', async () => {
    await using world = await createGuardedWorld({ env: { RATE_LIMIT_TOKENS: '3' }, overrides: { now } })
    const ann = await asUser('ann', claims)
    const { sid } = await createRoom(world, ann)
    expect(await tally(5, () => world.mutate('auth.getToken', { roomSid: sid }, ann))).toEqual({
      OK: 3,
      RATE_LIMITED: 2,
    })
    expect(outcomeOf(await world.query('rooms.get', { sid }, ann))).toBe('OK')
  })

  test('guesses few invitations, under whatever names, and keeps nobody out who has one', async () => {
    await using world = await createGuardedWorld({ env: { RATE_LIMIT_INVITES: '4' }, overrides: { now } })
    const { sid } = await createRoom(world, asService)
    const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, asService))
    let count = 0
    const guess = () => `inv_${String(count++).padStart(43, 'a')}`
    expect(await tally(2, () => world.mutate('auth.getToken', { invite: guess(), userId: `eve${count}` }))).toEqual({
      INVITE_NOT_FOUND: 2,
    })
    expect(await tally(4, () => world.query('rooms.list', undefined, asBearer(guess())))).toEqual({
      INVITE_NOT_FOUND: 2,
      RATE_LIMITED: 2,
    })
    expect(outcomeOf(await world.mutate('auth.getToken', { invite: guess(), userId: 'eve' }))).toBe('RATE_LIMITED')
    expect(outcomeOf(await world.mutate('auth.getToken', { invite, userId: 'eve' }))).toBe('OK')
    expect(outcomeOf(await world.query('rooms.get', { sid }, asBearer(invite)))).toBe('OK')
    // Somebody known is not held to account for what came from the same address.
    expect(outcomeOf(await world.mutate('auth.getToken', { invite }, await asUser('ann', claims)))).toBe('OK')
  })

  test('without a name is known by address, however it is forged', async () => {
    await using world = await createGuardedWorld({ env: { RATE_LIMIT_CALLS: '5' }, overrides: { now } })
    let count = 0
    const forge = () => ({
      'x-forwarded-for': `10.0.0.${count++}`,
      'x-real-ip': `10.1.0.${count}`,
      forwarded: `for=10.2.0.${count}`,
    })
    expect(await tally(8, () => world.query('auth.whoami', undefined, forge()))).toEqual({ OK: 5, RATE_LIMITED: 3 })
  })

  test('behind a trusted proxy is known by the address that the proxy saw', async () => {
    const env = { RATE_LIMIT_CALLS: '2', TRUST_PROXY: '127.0.0.1' }
    await using world = await createGuardedWorld({ env, overrides: { now } })
    const from = (forwarded: string) => world.query('auth.whoami', undefined, { 'x-forwarded-for': forwarded })
    expect(await tally(3, () => from('192.0.2.1'))).toEqual({ OK: 2, RATE_LIMITED: 1 })
    expect(await tally(3, () => from('192.0.2.2'))).toEqual({ OK: 2, RATE_LIMITED: 1 })
    // What the caller wrote itself stands further left, and is not believed.
    let count = 0
    expect(await tally(3, () => from(`198.51.100.${count++}, 192.0.2.3`))).toEqual({ OK: 2, RATE_LIMITED: 1 })
  })

  test.each(['192.0.2.1:PORT', '[2001:db8::1]:PORT'])(
    'is known so too where the proxy writes the port with it: %s',
    async (form) => {
      const env = { RATE_LIMIT_CALLS: '2', RATE_LIMIT_ADDRESS: '5', TRUST_PROXY: '127.0.0.1' }
      await using world = await createGuardedWorld({ env, overrides: { now } })
      let port = 50_000
      const from = (headers: Record<string, string>) =>
        world.query('auth.whoami', undefined, { 'x-forwarded-for': form.replace('PORT', String(port++)), ...headers })
      expect(await tally(4, () => from({}))).toEqual({ OK: 2, RATE_LIMITED: 2 })
      // So is it by the limit of one address, whoever signs in there: more than two windows' worth.
      let user = 0
      const counts = await tally(12, async () => from(await asUser(`user ${user++}`, claims)))
      expect(counts['RATE_LIMITED']).toBeGreaterThan(0)
    },
  )

  test('is counted a call for each room that it follows by name', async () => {
    await using world = await createGuardedWorld({ env: { RATE_LIMIT_CALLS: '10' }, overrides: { now } })
    const follow = async (sids: string[], identity: string) => {
      const input = encodeURIComponent(JSON.stringify({ rooms: sids.map((sid) => ({ sid })) }))
      return (await world.send(`/trpc/events.follow?input=${input}`, { headers: await asUser(identity, claims) })).text
    }
    const names = Array.from({ length: 6 }, (_, index) => `room ${index}`)
    expect(await follow(names, 'ann')).toContain('room-closed')
    expect(await follow(names, 'ann')).toContain('RATE_LIMITED')
    const sids = names.map((_, index) => `RM${String(index).repeat(32)}`)
    for (let call = 0; call < 10; call++) expect(await follow(sids, 'bob')).toContain('room-closed')
    expect(await follow(sids, 'bob')).toContain('RATE_LIMITED')
  })

  test('of IPv6 is the whole network that one caller is given', async () => {
    const env = { RATE_LIMIT_CALLS: '2', TRUST_PROXY: '127.0.0.1' }
    await using world = await createGuardedWorld({ env, overrides: { now } })
    let count = 0
    const from = () => world.query('auth.whoami', undefined, { 'x-forwarded-for': `2001:db8:1:2::${++count}` })
    expect(await tally(4, from)).toEqual({ OK: 2, RATE_LIMITED: 2 })
  })
})

test('a refusal says in its head when to come again, for clients that read no bodies', async () => {
  await using world = await createGuardedWorld({ env: { RATE_LIMIT_CALLS: '1' }, overrides: { now } })
  const headers = await asUser('ann', claims)
  const [allowed, refused] = [
    await world.query('auth.whoami', undefined, headers),
    await world.query('auth.whoami', undefined, headers),
  ]
  expect(allowed.headers.get('retry-after')).toBeNull()
  expect(outcomeOf(refused)).toBe('RATE_LIMITED')
  expect(Number(refused.headers.get('retry-after'))).toBe(refused.error?.data.roomkey.retryAfterSeconds)
})

test('one address gets so many requests, whoever makes them; services are not counted', async () => {
  await using world = await createGuardedWorld({ env: { RATE_LIMIT_ADDRESS: '20' } })
  const headers = await asUser('ann')
  const counts = await tally(50, () => world.query('rooms.list', undefined, headers))
  // Two windows at most, if a minute ends in between.
  expect(counts['RATE_LIMITED']).toBeGreaterThanOrEqual(10)
  const refused = await world.query('rooms.list', undefined, headers)
  if (outcomeOf(refused) === 'RATE_LIMITED') expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await tally(50, () => world.query('rooms.list', undefined, asService))).toEqual({ OK: 50 })
})

test('a flood from one caller leaves another at work', async () => {
  await using world = await createGuardedWorld({ way: 'socket', env: { RATE_LIMIT_CALLS: '100' } })
  const [flooder, worker] = [await asUser('flooder'), await asUser('worker')]
  const { sid } = await createRoom(world, worker)
  // Over fifty connections: two thousand at once would try the listen queue, not the limit.
  const flood = Promise.all(
    Array.from({ length: 50 }, async () => {
      const answers = []
      for (let call = 0; call < 40; call++) answers.push(await world.query('auth.whoami', undefined, flooder))
      return answers
    }),
  )
  expect(await tally(20, () => world.query('rooms.get', { sid }, worker))).toEqual({ OK: 20 })
  const outcomes = (await flood).flat().map(outcomeOf)
  expect(outcomes.filter((outcome) => outcome === 'OK').length).toBeLessThanOrEqual(200)
  expect(outcomes.filter((outcome) => outcome === 'RATE_LIMITED').length).toBeGreaterThanOrEqual(1800)
})

test('memory is bounded however many callers there are', async () => {
  const store = createStore({ kind: 'memory' }, () => undefined)
  const limiter = createRateLimiter({ calls: 1, tokens: null, invites: null }, store, now)
  for (let index = 0; index < 150_000; index++) await limiter.take('calls', `ip ${index}`)
  // The one seen longest ago was forgotten, the last ones were not.
  await limiter.take('calls', 'ip 0')
  await expect(limiter.take('calls', 'ip 149999')).rejects.toThrow('Too many calls')
})

test('a caller holds so many streams at a time, and each that ends makes room, once', () => {
  const streams = createOpenStreams(2)
  const [first, second] = [new AbortController(), new AbortController()]
  streams.add('ann', first.signal)
  const end = streams.add('ann', second.signal)
  const isFull = () => expect(() => streams.add('ann', undefined)).toThrow('Too many open streams')
  isFull()
  streams.add('bob', undefined)
  first.abort()
  streams.add('ann', undefined)
  isFull()
  end()
  end()
  second.abort()
  streams.add('ann', undefined)
  isFull()
})

test('limits say what they are in words', async () => {
  await using world: World = await createGuardedWorld({ env: { RATE_LIMIT_CALLS: '1' }, overrides: { now } })
  await world.query('auth.whoami')
  const { error } = await world.query('auth.whoami')
  expect(error?.message).toBe('Too many calls: at most 1 a minute. Try again in 60 s')
})
