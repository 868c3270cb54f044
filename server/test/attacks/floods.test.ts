import { describe, expect, test } from 'vitest'
import { createAuditLog } from '../../src/audit/audit-log.ts'
import { createStore } from '../../src/store/store.ts'
import { asBearer, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from '../access/setup.ts'
import { JSON_TYPE } from '../refusal.ts'
import { createWorld, type World } from '../setup.ts'
import { startStores } from './stores.ts'

// Nobody can fill it up: what is refused is counted, what was done is kept.

const { stores } = startStores()

type Entry = {
  at: string
  action: string
  target: string | null
  outcome: string
  caller: string | null
  count?: number
}

/** The whole log, page by page. */
async function readLog(world: World, headers: Record<string, string>): Promise<Entry[]> {
  const entries: Entry[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = expectData(await world.query('audit.list', { limit: 1000, ...(cursor && { cursor }) }, headers))
    entries.push(...page.entries)
    cursor = page.nextCursor
  }
  return entries
}

describe.each(stores)('on $name', ({ env }) => {
  test('eight connections flood with refused calls while a user bans 40 people: all 40 are in the log', async () => {
    await using world = await createGuardedWorld({ way: 'socket', env: { ...(await env()), LOG_LEVEL: 'info' } })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const names = Array.from({ length: 40 }, (_, index) => `eve ${index}`)
    // By both ways: the short one says that they are not there, and bans them all the same.
    const ban = async (identity: string, index: number) => {
      const isShort = index % 2 === 1
      const answer = isShort
        ? await world.mutate('participants.remove', { roomSid: sid, participant: identity, ban: true }, ann)
        : await world.mutate('bans.create', { roomSid: sid, identity }, ann)
      expect(outcomeOf(answer), lastFailure(world)).toBe(isShort ? 'PARTICIPANT_NOT_FOUND' : 'OK')
    }
    await during(flood(world), () => Promise.all(names.map(ban)))

    const entries = await readLog(world, await asUser('root', { roles: ['admin'] }))
    const bans = entries.filter(({ caller, target }) => caller === 'ann' && target?.startsWith('eve'))
    expect(bans).toHaveLength(40)
    expect(new Set(bans.map(({ target }) => target))).toEqual(new Set(names))
    // One row a minute, and its count tells the size of the flood.
    const refused = entries.filter(({ outcome }) => outcome === 'UNAUTHENTICATED')
    expect(refused).toHaveLength(new Set(refused.map(({ at }) => at.slice(0, 16))).size)
    expect(refused.reduce((sum, { count = 1 }) => sum + count, 0)).toBeGreaterThan(100)
    const lines = world.logs.flatMap((line) => (line.includes('"audit":{') ? [line] : []))
    const told = lines.filter((line) => line.includes('"UNAUTHENTICATED"'))
    expect(told.length).toBeLessThanOrEqual(2 * refused.length)
    expect(lines.filter((line) => line.includes('"eve '))).toHaveLength(40)
  }, 120_000)
})

function lastFailure(world: World): string | undefined {
  return world.logs.findLast((line) => line.includes('the request failed'))
}

/** Eight connections of somebody who shows nothing, or an API key that is none, until the signal says that it is over. */
function flood(world: World): (signal: AbortSignal) => Promise<unknown> {
  const calls = 20
  const url = `/trpc/${Array<string>(calls).fill('rooms.create').join(',')}?batch=1`
  const body = JSON.stringify(Object.fromEntries(Array.from({ length: calls }, (_, index) => [index, {}])))
  const connect = async (connection: number, signal: AbortSignal) => {
    const headers = connection % 4 === 0 ? { ...JSON_TYPE, ...asBearer(`rk_${'x'.repeat(43)}`) } : JSON_TYPE
    do {
      await world.send(url, { method: 'POST', headers, body })
    } while (!signal.aborted)
  }
  return (signal) => Promise.all(Array.from({ length: 8 }, (_, connection) => connect(connection, signal)))
}

/** Does the work while the other goes on, which ends with it, however it ends. */
async function during(other: (signal: AbortSignal) => Promise<unknown>, work: () => Promise<unknown>): Promise<void> {
  const over = new AbortController()
  const going = other(over.signal)
  try {
    await work()
  } finally {
    over.abort()
    await going
  }
}

test('refusals are told apart by caller, action and outcome, and each says how many they were', async () => {
  await using world = await createGuardedWorld()
  const [eve, bob] = [await asUser('eve'), await asUser('bob')]
  const { sid } = await createRoom(world, await asUser('ann'))
  for (const headers of [eve, eve, eve, bob]) {
    expect(outcomeOf(await world.mutate('rooms.complete', { sid }, headers))).toBe('ROOM_NOT_FOUND')
  }
  await world.query('rooms.get', { sid }, eve)
  const entries = await readLog(world, await asUser('root', { roles: ['admin'] }))
  const told = entries
    .filter(({ outcome }) => outcome === 'ROOM_NOT_FOUND')
    .map(({ caller, action, count = 1 }) => `${caller} ${action} ${count}`)
  // A minute may end in between.
  if (new Set(entries.map(({ at }) => at.slice(0, 16))).size === 1) {
    expect(told.toSorted()).toEqual(['bob rooms.complete 1', 'eve rooms.complete 3', 'eve rooms.get 1'])
  }
})

test('what may have been done, though nobody was told, is an entry of its own', async () => {
  const store = createStore({ kind: 'memory' }, () => undefined)
  const log = createAuditLog({ log: quiet, store, days: 1 })
  for (const target of ['a', 'b', 'c']) {
    for (const outcome of ['TWILIO_TIMEOUT', 'FORBIDDEN'] as const) {
      log.record({
        requestId: 'r',
        caller: { kind: 'service', name: 'backend' },
        action: 'participants.remove',
        subject: { target },
        outcome,
      })
    }
  }
  await log.close()
  const { auditEntries } = await store.open()
  const { items } = await auditEntries.list(undefined, { limit: 10, cursor: undefined })
  expect(items.filter(({ outcome }) => outcome === 'TWILIO_TIMEOUT')).toHaveLength(3)
  expect(items.filter(({ outcome }) => outcome === 'FORBIDDEN').length).toBeLessThan(3)
  await store.close()
})

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

test('callers of any number do not make the log take memory without end, nor push out what was done', async () => {
  const store = createStore({ kind: 'memory' }, () => undefined)
  const warnings: unknown[] = []
  const log = createAuditLog({ log: { ...quiet, warn: (fields: unknown) => warnings.push(fields) }, store, days: 1 })
  const record = (identity: string, outcome: 'OK' | 'FORBIDDEN') =>
    log.record({
      requestId: 'r',
      caller: { kind: 'user', identity: identity as never, roles: [] },
      action: 'rooms.create',
      subject: {},
      outcome,
    })
  for (let index = 0; index < 20_000; index++) record(`eve ${index}`, 'FORBIDDEN')
  record('ann', 'OK')
  await log.close()
  const { auditEntries } = await store.open()
  const { items } = await auditEntries.list(undefined, { limit: 30_000, cursor: undefined })
  expect(items.filter(({ outcome }) => outcome === 'OK')).toHaveLength(1)
  expect(items.length).toBeLessThan(11_000)
  expect(items.reduce((sum, { count = 1 }) => sum + count, 0)).toBe(20_001)
  await store.close()
})

describe('a batch of 51 calls is refused, however it is spelled', () => {
  const spell = (size: number, comma: string) => `/trpc/${Array<string>(size).fill('auth.whoami').join(comma)}`
  const ways: [spelling: string, toUrl: (size: number) => string][] = [
    ['plain', (size) => `${spell(size, ',')}?batch=1`],
    ['commas encoded', (size) => `${spell(size, '%2C')}?batch=1`],
    ['commas encoded in lower case', (size) => `${spell(size, '%2c')}?batch=1`],
    ['commas encoded twice', (size) => `${spell(size, '%252C')}?batch=1`],
    ['commas encoded twice, every character', (size) => `${spell(size, '%25%32%43')}?batch=1`],
    ['the parameter encoded', (size) => `${spell(size, ',')}?b%61tch=1`],
    ['the value encoded', (size) => `${spell(size, ',')}?batch=%31`],
    ['all of it', (size) => `${spell(size, '%2C')}?%62atch=%31`],
    ['after another parameter', (size) => `${spell(size, ',')}?x=y&batch=1`],
    ['with a fragment', (size) => `${spell(size, ',')}?batch=1#x`],
    ['half and half', (size) => `${spell(25, ',')}%2C${spell(size - 25, ',').slice('/trpc/'.length)}?batch=1`],
  ]
  test.each(ways)('%s', async (_spelling, toUrl) => {
    await using world = await createWorld()
    for (const headers of [{}, { 'trpc-accept': 'application/jsonl' }] as Record<string, string>[]) {
      const answer = await world.send(toUrl(51), { headers })
      expect([400, 413]).toContain(answer.status)
      expect(answer.text).not.toContain('"kind"')
    }
    expect((await world.send(toUrl(50))).status).toBe(200)
  })
})
