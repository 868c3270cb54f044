import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator, type Emulator } from '@roomkey/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSeal } from '../../src/core/seal.ts'
import { ENVIRONMENT, asService, asUser } from '../access/setup.ts'
import { createWorld, toEnvironment, type World } from '../setup.ts'

// Twilio outlives the servers here, as it does.
let twilio: Emulator
let directory: string
beforeAll(async () => {
  twilio = await createEmulator()
  directory = await mkdtemp(join(tmpdir(), 'roomkey-keys-'))
})
afterAll(async () => {
  await twilio.close()
  await rm(directory, { recursive: true })
})

function startServer(env: Record<string, string> = {}): Promise<World> {
  return createWorld({
    env: { ...toEnvironment(twilio), ...ENVIRONMENT, OPEN_ACCESS: '', DATA_DIR: directory, ...env },
  })
}

async function create(world: World, key: string, input: object, headers: Record<string, string> = asService) {
  const answer = await world.send('/v1/rooms', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key, ...headers },
    body: JSON.stringify(input),
  })
  return { ...answer, json: JSON.parse(answer.text), isReplayed: answer.headers.get('idempotency-replayed') === 'true' }
}

async function countRooms(world: World): Promise<number> {
  return JSON.parse((await world.send('/v1/rooms?limit=1000', { headers: asService })).text).rooms.length
}

test('a creation that is sent again creates nothing more, after a restart too', async () => {
  let first
  {
    await using world = await startServer()
    const before = await countRooms(world)
    first = await create(world, 'again', { maxParticipants: 5, audioOnly: true })
    const second = await create(world, '"again"', { audioOnly: true, maxParticipants: 5 })
    expect([first.status, first.isReplayed, second.status, second.isReplayed]).toEqual([201, false, 201, true])
    expect(second.json).toEqual(first.json)
    expect(await countRooms(world)).toBe(before + 1)
  }
  await using world = await startServer()
  const third = await create(world, 'again', { maxParticipants: 5, audioOnly: true })
  expect([third.status, third.isReplayed, third.json]).toEqual([201, true, first.json])
})

test('a key with another input is refused, and is each caller’s own', async () => {
  await using world = await startServer()
  const ada = await asUser('ada')
  await create(world, 'mine', { maxParticipants: 5 }, ada)
  const other = await create(world, 'mine', { maxParticipants: 6 }, ada)
  expect([other.status, other.json.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED'])
  const bob = await create(world, 'mine', { maxParticipants: 6 }, await asUser('bob'))
  expect([bob.status, bob.json.host, bob.isReplayed]).toEqual([201, 'bob', false])
})

test('a key that was sent with another input counts as any call does', async () => {
  await using world = await startServer({ RATE_LIMIT_CALLS: '3' })
  const zoe = await asUser('zoe')
  const statuses: number[] = []
  for (let size = 1; size <= 5; size++) {
    statuses.push((await create(world, 'counted', { maxParticipants: size }, zoe)).status)
  }
  // The window of a minute may end in between.
  expect(statuses.slice(0, 2)).toEqual([201, 422])
  expect(statuses).toContain(429)
})

test('an input that is none is refused by its schema, however deep it is', async () => {
  await using world = await startServer()
  const body = `{"roomName":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'deep', ...asService }
  const answer = await world.send('/v1/rooms', { method: 'POST', headers, body })
  expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'INVALID_INPUT'])
  expect((await create(world, 'deep', {})).status).toBe(201)
})

test('of many at once one creates, and all hear of it', async () => {
  await using world = await startServer()
  const before = await countRooms(world)
  const answers = await Promise.all(Array.from({ length: 8 }, () => create(world, 'at-once', {})))
  expect(new Set(answers.map(({ json }) => json.sid)).size).toBe(1)
  expect(answers.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1)
  expect(await countRooms(world)).toBe(before + 1)
})

test('holds across servers on one file', async () => {
  await using one = await startServer()
  await using other = await startServer()
  const before = await countRooms(one)
  const answers = await Promise.all([one, other, one, other].map((world) => create(world, 'two-servers', {})))
  expect(new Set(answers.map(({ json }) => json.sid)).size).toBe(1)
  expect(await countRooms(one)).toBe(before + 1)
})

test('a call that did nothing leaves its key free', async () => {
  await using world = await startServer()
  const wrong = await create(world, 'free', { maxParticipants: 500 })
  expect([wrong.status, wrong.json.code]).toEqual([400, 'INVALID_INPUT'])
  expect((await create(world, 'free', { maxParticipants: 50 })).status).toBe(201)
  const nobody = await create(world, 'free', {}, {})
  expect(nobody.status).toBe(401)
})

test('a secret that came of a call can be had again, and is stored nowhere in clear', async () => {
  await using world = await startServer()
  const room = await create(world, 'room-of-the-invitation', {})
  const invite = () =>
    world.send(`/v1/rooms/${room.json.sid}/invites`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'invite', ...asService },
      body: '{}',
    })
  const [first, second] = [await invite(), await invite()]
  expect(second.text).toBe(first.text)
  const { invite: secret } = JSON.parse(first.text)
  const records = await world.app.roomkey.services.store.open()
  const claim = await records.idempotencyKeys.claim({ id: 'x', fingerprint: 'x', owner: 'x' }, Date.now(), 1000)
  expect(claim).toBe('mine')
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(join(directory, 'roomkey.db'), { readOnly: true })
  const rows = database.prepare('select * from idempotency_keys').all()
  database.close()
  expect(rows.length).toBeGreaterThan(1)
  expect(JSON.stringify(rows)).not.toContain(secret)
  expect(JSON.stringify(rows)).not.toContain(room.json.sid)
})

test('a key is taken over from a server that died over it, and forgotten after a day', async () => {
  await using world = await startServer()
  const { idempotencyKeys, pruning } = await world.app.roomkey.services.store.open()
  const call = { id: 'orphan', fingerprint: 'f', owner: 'dead' }
  const now = Date.now()
  expect(await idempotencyKeys.claim(call, now, 1000)).toBe('mine')
  expect(await idempotencyKeys.claim({ ...call, owner: 'next' }, now + 500, 1000)).toEqual({
    fingerprint: 'f',
    outcome: null,
  })
  const another = { ...call, fingerprint: 'g', owner: 'next' }
  expect(await idempotencyKeys.claim(another, now + 2000, 1000)).toEqual({ fingerprint: 'f', outcome: null })
  expect(await idempotencyKeys.claim({ ...call, owner: 'next' }, now + 2000, 1000)).toBe('mine')
  await idempotencyKeys.settle(call, 'of the dead one')
  await idempotencyKeys.settle({ ...call, owner: 'next' }, 'done')
  expect(await idempotencyKeys.claim(call, now + 3000, 1000)).toEqual({ fingerprint: 'f', outcome: 'done' })
  await pruning.pruneExpired(now + 86_400_000 + 1500)
  expect(await idempotencyKeys.claim(call, now + 3000, 1000)).toEqual({ fingerprint: 'f', outcome: 'done' })
  await pruning.pruneExpired(now + 86_400_000 + 2500)
  expect(await idempotencyKeys.claim(call, now + 3000, 1000)).toBe('mine')
})

test('refuses what is no key', async () => {
  await using world = await startServer()
  for (const key of ['', ' ', 'x'.repeat(256), 'a b']) {
    const answer = await create(world, key, {})
    expect([key, answer.status, answer.json.code]).toEqual([key, 400, 'INVALID_INPUT'])
  }
})

test('what was sealed is read with the same secret and context only', () => {
  const seal = createSeal('secret')
  const sealed = seal.close('Grüße', 'context')
  expect(seal.open(sealed, 'context')).toBe('Grüße')
  expect(seal.open(sealed, 'other')).toBeUndefined()
  expect(createSeal('other').open(sealed, 'context')).toBeUndefined()
  const changed = sealed.slice(0, -4) + (sealed.endsWith('AAAA') ? 'BBBB' : 'AAAA')
  expect(seal.open(changed, 'context')).toBeUndefined()
  expect(seal.open('', 'context')).toBeUndefined()
})
