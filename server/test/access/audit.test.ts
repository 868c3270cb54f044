import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createAuditLog, type AuditRecord } from '../../src/audit/audit-log.ts'
import { createStore } from '../../src/store/store.ts'
import {
  asBearer,
  asService,
  asUser,
  createGuardedWorld,
  createRoom,
  expectData,
  outcomeOf,
  SERVICE_KEY,
  signIn,
} from './setup.ts'

test('says who did what to which room, with what outcome and request id', async () => {
  await using world = await createGuardedWorld()
  const [ann, eve] = [await asUser('ann'), await asUser('eve')]
  const { sid } = await createRoom(world, ann, { roomName: 'Monday' })
  const { id, invite } = expectData(await world.mutate('invites.create', { roomSid: 'Monday' }, ann))
  const { userId } = expectData(await world.mutate('auth.getToken', { invite, userId: 'Bob' }))
  const refused = await world.mutate('rooms.complete', { sid }, eve)
  expectData(await world.mutate('rooms.complete', { sid }, asService))
  // Looking is not doing.
  expectData(await world.query('rooms.get', { sid }, ann))

  const { entries } = expectData(await world.query('audit.list', undefined, asService))
  expect(entries).toMatchObject([
    { callerKind: 'service', caller: 'backend', action: 'rooms.complete', room: sid, outcome: 'OK' },
    { callerKind: 'user', caller: 'eve', action: 'rooms.complete', room: sid, outcome: 'ROOM_NOT_FOUND' },
    { callerKind: 'anonymous', caller: null, action: 'auth.getToken', room: sid, target: userId, outcome: 'OK' },
    { callerKind: 'user', caller: 'ann', action: 'invites.create', room: sid, target: id, outcome: 'OK' },
    { callerKind: 'user', caller: 'ann', action: 'rooms.create', room: sid, target: 'Monday', outcome: 'OK' },
  ])
  expect(entries[1].requestId).toBe(refused.error?.data.roomkey.requestId)
})

test('does not keep whom somebody wants forgotten, done or refused', async () => {
  await using world = await createGuardedWorld()
  const { sid } = await createRoom(world, asService)
  const forget = async (roomSid: string | undefined, headers: Record<string, string>) =>
    outcomeOf(await world.mutate('participants.anonymize', { identity: 'Zoe Smith', roomSid }, headers))
  expect(await forget(sid, asService)).toBe('OK')
  expect(await forget(`RM${'9'.repeat(32)}`, asService)).toBe('ROOM_NOT_FOUND')
  expect(await forget(sid, await asUser('eve'))).toBe('ROOM_NOT_FOUND')
  expect(await forget(undefined, await asUser('eve'))).toBe('FORBIDDEN')
  const { text } = await world.query('audit.list', undefined, asService)
  expect(text.match(/participants\.anonymize/g)).toHaveLength(4)
  expect(text + world.logs.join()).not.toContain('Zoe')
})

test('is shown whole to services and admins, and by room to its hosts', async () => {
  await using world = await createGuardedWorld()
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann)
  await createRoom(world, await asUser('bob'))
  const list = (input: unknown, headers: Record<string, string>) => world.query('audit.list', input, headers)
  expect(expectData(await list({ roomSid: sid }, ann)).entries).toHaveLength(1)
  expect(outcomeOf(await list(undefined, ann))).toBe('FORBIDDEN')
  expect(outcomeOf(await list({ roomSid: sid }, await asUser('bob')))).toBe('ROOM_NOT_FOUND')
  const admin = await asUser('root', { roles: 'staff admin' })
  const first = expectData(await list({ limit: 1 }, admin))
  expect(first.entries).toHaveLength(1)
  const second = expectData(await list({ limit: 1, cursor: first.nextCursor }, admin))
  expect(second.entries[0].id).not.toBe(first.entries[0].id)
})

test('is a stream of its own in the log, one line an entry whatever the names hold, and never a secret', async () => {
  await using world = await createGuardedWorld()
  const token = await signIn('ann')
  const { sid } = await createRoom(world, asBearer(token))
  const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, asBearer(token)))
  const forged = 'x","level":60,"audit":{"action":"forged'
  const answer = expectData(await world.mutate('auth.getToken', { invite, userId: forged }, {}))
  await world.query('rooms.list', undefined, { 'x-api-key': `${SERVICE_KEY.key}x` })
  for (const name of ['two\nlines', 'a\u2028b', '\u001b[31mred', 'tab\tbed']) {
    const refused = await world.mutate('auth.getToken', { invite, userId: name })
    expect(outcomeOf(refused)).toBe('INVALID_INPUT')
  }

  const lines = world.logs.join('').trim().split('\n')
  const entries = lines.map((line) => JSON.parse(line)).filter((line) => line.audit !== undefined)
  expect(entries.map(({ audit }) => audit.action)).toEqual([
    'rooms.create',
    'invites.create',
    'auth.getToken',
    // What is refused is counted, and the four are one entry.
    'auth.getToken',
  ])
  expect(entries[2].audit.target).toBe(answer.userId)
  expect(entries[2].level).toBe(30)
  for (const secret of [token, invite, invite.slice(4), answer.token, SERVICE_KEY.key]) {
    expect(lines.join('\n')).not.toContain(secret)
  }
  const stored = await world.query('audit.list', undefined, asService)
  for (const secret of [token, invite, answer.token, SERVICE_KEY.key]) expect(stored.text).not.toContain(secret)
})

test('survives the process, when it was closed a moment after', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-audit-'))
  try {
    const { sid } = await (async () => {
      await using world = await createGuardedWorld({ env: { DATA_DIR: directory } })
      return await createRoom(world, await asUser('ann'), { access: 'signed-in' })
    })()
    await using world = await createGuardedWorld({ env: { DATA_DIR: directory } })
    const { entries } = expectData(await world.query('audit.list', { roomSid: sid }, asService))
    expect(entries).toMatchObject([{ caller: 'ann', action: 'rooms.create', outcome: 'OK' }])
  } finally {
    await rm(directory, { recursive: true })
  }
})

const RECORD: AuditRecord = {
  requestId: 'r',
  caller: { kind: 'anonymous' },
  action: 'rooms.get',
  subject: {},
  outcome: 'OK',
}
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

test('keeps entries for the days it is told', async () => {
  const store = createStore({ kind: 'memory' }, () => undefined)
  const { auditEntries } = await store.open()
  const log = createAuditLog({ log: quiet, store, days: 30 })
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString()
  const entry = {
    requestId: 'r',
    callerKind: 'open' as const,
    caller: null,
    action: 'a',
    room: null,
    target: null,
    outcome: 'OK' as const,
  }
  await auditEntries.append([
    { ...entry, id: 'old', at: day(31) },
    { ...entry, id: 'young', at: day(29) },
  ])
  log.record(RECORD)
  await log.close()
  const { items } = await auditEntries.list(undefined, { limit: 10, cursor: undefined })
  expect(items.map(({ id }) => id)).toEqual([expect.any(String), 'young'])
  await store.close()
})

test('neither fails nor grows without end while the database is away, and catches up when it is back', async () => {
  const store = createStore({ kind: 'memory' }, () => undefined)
  let isAway = true
  const warnings: unknown[] = []
  const flaky = {
    ...store,
    open: () => (isAway ? Promise.reject(new Error('no connection')) : store.open()),
  }
  const log = createAuditLog({
    log: { ...quiet, warn: (fields: unknown) => warnings.push(fields) },
    store: flaky,
    days: 30,
  })
  for (let index = 0; index < 12_000; index++) log.record(RECORD)
  await log.flush()
  expect(warnings).toContainEqual(expect.objectContaining({ waiting: 10_000 }))
  isAway = false
  await log.close()
  expect(warnings).toContainEqual({ lost: 2000 })
  const { auditEntries } = await store.open()
  const { items } = await auditEntries.list(undefined, { limit: 20_000, cursor: undefined })
  expect(items).toHaveLength(10_000)
  await store.close()
})

test('a full batch is written at once, without waiting for more', async () => {
  const store = createStore({ kind: 'memory' }, () => {})
  const auditLog = createAuditLog({ log: { debug() {}, info() {}, warn() {}, error() {} }, store, days: 1 })
  // The timer that writes what is less never comes.
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  try {
    for (let n = 0; n < 250; n++) {
      const caller = { kind: 'service', name: 'backend' } as const
      auditLog.record({ requestId: String(n), caller, action: 'rooms.create', subject: {}, outcome: 'OK' })
    }
    await vi.waitUntil(async () => {
      const { auditEntries } = await store.open()
      return (await auditEntries.list(undefined, { limit: 250, cursor: undefined })).items.length === 250
    }, 30_000)
  } finally {
    vi.useRealTimers()
    await auditLog.close()
    await store.close()
  }
})
