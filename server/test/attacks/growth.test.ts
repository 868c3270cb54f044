import { sql, Kysely } from 'kysely'
import { describe, expect, test } from 'vitest'
import { openSqlite } from '../../src/database/sqlite.ts'
import { createSqliteDialect } from '../../src/database/sqlite-dialect.ts'
import { createPostgresDialect } from '../../src/database/postgres.ts'
import type { Tables } from '../../src/database/tables.ts'
import { startRetention } from '../../src/retention/retention.ts'
import { DEFAULT_PATIENCE } from '../../src/database/patience.ts'
import { createChanges } from '../../src/store/changes.ts'
import type { Engine } from '../../src/store/engine.ts'
import { createEventLog } from '../../src/store/event-log.ts'
import { createPruning, PRUNING_RULES } from '../../src/store/pruning.ts'
import { createAuditEntries } from '../../src/store/audit-entries.ts'
import { createMembershipCache } from '../../src/store/membership-cache.ts'
import { migrate } from '../../src/database/migrations.ts'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from '../access/setup.ts'
import type { World } from '../setup.ts'
import { startStores } from './stores.ts'

// Nothing that is remembered is remembered for ever.

const { stores } = startStores()
const DAY = 86_400_000
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

describe.each(stores)('on $name', ({ name, env }) => {
  test('every table of the schema is emptied of what is old', async () => {
    const kind = name === 'SQLite' ? 'sqlite' : 'postgres'
    const { DATABASE_URL = '' } = await env()
    const engine: Engine =
      kind === 'sqlite' ? { kind, sqlite: openSqlite(null) } : { kind: 'postgres', url: DATABASE_URL }
    const dialect =
      engine.kind === 'sqlite'
        ? createSqliteDialect(engine.sqlite)
        : createPostgresDialect(engine.url, { onError: () => undefined })
    const database = new Kysely<Tables>({ dialect })
    try {
      await migrate(database, { kind, report: () => undefined })
      const tables = (await database.introspection.getTables())
        .map((table) => table.name)
        .filter((table) => table !== 'roomkey_migrations')
      expect(tables.toSorted()).toEqual(Object.keys(PRUNING_RULES).toSorted())
      const countRows = async () => {
        const counts: Record<string, number> = {}
        for (const table of tables) {
          const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
            database,
          )
          counts[table] = Number(rows[0]?.count)
        }
        return counts
      }
      await fill(database)
      expect(Object.values(await countRows()).every((count) => count > 0)).toBe(true)

      const pruning = createPruning(database, createMembershipCache(undefined))
      await pruning.pruneExpired(Date.now())
      await createAuditEntries(database).prune(new Date(Date.now() - 90 * DAY).toISOString())
      const changes = createChanges(database, engine, { report: () => undefined, patience: DEFAULT_PATIENCE })
      await createEventLog(database, kind, changes).prune(new Date(Date.now() - 30 * DAY).toISOString())
      const old = await pruning.findOldRooms(new Date(Date.now() - 90 * DAY).toISOString(), 50)
      for (const sid of old) await pruning.forgetRoom(sid)
      expect(old).toEqual(['RM1'])
      // What the log has just forgotten it remembers to have forgotten, for a year.
      expect(await countRows()).toEqual({ ...Object.fromEntries(tables.map((table) => [table, 0])), pruned_events: 1 })
    } finally {
      await database.destroy()
    }
  })

  test('a room that is long over is forgotten, one that goes on is not', async () => {
    let time = Date.now()
    await using world = await createGuardedWorld({ env: await env(), overrides: { now: () => time } })
    const [over, open] = [await furnish(world), await furnish(world)]
    expectData(await world.mutate('rooms.complete', { sid: over }, asService))
    const { store, twilio } = world.app.roomkey.services
    const retention = startRetention({ store, twilio, days: 90, eventDays: 30, log: quiet, now: () => time })
    retention.close()
    await retention.sweep()
    expect(outcomeOf(await world.query('rooms.get', { sid: over }, await asUser('ann', claimsAt(time))))).toBe('OK')
    time += 91 * DAY
    await retention.sweep()
    const [ann, eve] = [await asUser('ann', claimsAt(time)), await asUser('eve', claimsAt(time))]
    expect(outcomeOf(await world.query('rooms.get', { sid: over }, ann))).toBe('ROOM_NOT_FOUND')
    expect(outcomeOf(await world.query('rooms.get', { sid: open }, ann))).toBe('OK')
    expect(outcomeOf(await world.query('rooms.get', { sid: open }, eve))).toBe('BANNED')
    expect(expectData(await world.query('bans.list', { roomSid: over }, asService)).bans).toEqual([])
  })
})

test('an expired invitation outlives what was made with it, so that a ban still finds that', async () => {
  let time = Date.now()
  await using world = await createGuardedWorld({ overrides: { now: () => time } })
  const { sid } = await createRoom(world, asService)
  const make = async (headers: Record<string, string>, expiresInSeconds: number) =>
    expectData(await world.mutate('invites.create', { roomSid: sid, role: 'host', expiresInSeconds }, headers)) as {
      id: string
      invite: string
    }
  const parent = await make(asService, 60)
  const { userId } = expectData(await world.mutate('auth.getToken', { invite: parent.invite, userId: 'Mallory' }))
  const child = await make(asBearer(parent.invite), 2_592_000)
  time += 29 * DAY
  const grandchild = await make(asBearer(child.invite), 2_592_000)
  time += 29 * DAY
  const { store } = world.app.roomkey.services
  const { pruning } = await store.open()
  await pruning.pruneExpired(time)
  expect(outcomeOf(await world.query('rooms.get', { sid }, asBearer(grandchild.invite)))).toBe('OK')
  expectData(await world.mutate('bans.create', { roomSid: sid, identity: userId }, asService))
  expect(outcomeOf(await world.query('rooms.get', { sid }, asBearer(grandchild.invite)))).toBe('INVITE_REVOKED')
  time += 40 * DAY
  for (let round = 0; round < 3; round++) await pruning.pruneExpired(time)
  expect(expectData(await world.query('invites.list', { roomSid: sid }, asService)).invites).toEqual([])
})

/** A room of ann's with a member, a ban and an invitation. */
async function furnish(world: World): Promise<string> {
  const ann = await asUser('ann')
  const { sid } = await createRoom(world, ann)
  const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, ann))
  expectData(await world.mutate('auth.getToken', { invite }, await asUser('bob')))
  expectData(await world.mutate('bans.create', { roomSid: sid, identity: 'eve' }, ann))
  return sid
}

function claimsAt(time: number) {
  return { iat: Math.floor(time / 1000), exp: Math.floor(time / 1000) + 600 }
}

/** One old row in every table. */
async function fill(database: Kysely<Tables>): Promise<void> {
  const at = new Date(Date.now() - 400 * DAY).toISOString()
  const room_sid = 'RM1'
  await database.insertInto('rooms').values({ sid: room_sid, host: 'ann', access: 'invited', created_at: at }).execute()
  await database.insertInto('members').values({ room_sid, identity: 'bob', role: 'guest', joined_at: at }).execute()
  await database.insertInto('bans').values({ room_sid, room_name: 'x', identity: 'eve', created_at: at }).execute()
  await database
    .insertInto('invites')
    .values({
      id: 'i',
      room_sid,
      role: 'guest',
      secret_hash: 'h',
      created_at: at,
      expires_at: at,
      max_uses: null,
      uses: 0,
      revoked_at: null,
      created_by: null,
      parent_id: null,
    })
    .execute()
  await database
    .insertInto('redemptions')
    .values({ invite_id: 'i', identity: 'bob', room_sid, redeemed_at: at })
    .execute()
  await database.insertInto('dead_letters').values({ event_id: 1, failed_at: at, attempts: 3, error: 'e' }).execute()
  await database
    .insertInto('attempts')
    .values({ bucket: 'b', window_start: Date.parse(at), count: 1 })
    .execute()
  await database
    .insertInto('idempotency_keys')
    .values({
      id: 'k',
      fingerprint: 'f',
      owner: 'o',
      created_at: Date.parse(at),
      lease_until: Date.parse(at),
      outcome: null,
    })
    .execute()
  await database
    .insertInto('audit')
    .values({
      id: 'a',
      at,
      request_id: 'r',
      caller_kind: 'open',
      caller: null,
      action: 'rooms.create',
      room: null,
      target: null,
      outcome: 'OK',
      count: 1,
    })
    .execute()
  await database
    .insertInto('events')
    .values({
      dedupe_key: 'k',
      room_sid,
      type: 'room-created',
      at,
      sequence: 0,
      identity: null,
      stored_at: at,
      event: '{}',
    })
    .execute()
  await database
    .insertInto('anonymized_participants')
    .values({ participant_sid: 'PA1', room_sid, name: 'n', former_identity: 'ann', anonymized_at: at })
    .execute()
  const [earlier, latest] = [
    { room_sid: 'RM2', last_id: 0, pruned_at: at },
    { room_sid: 'RM1', last_id: 1, pruned_at: at },
  ]
  await database.insertInto('pruned_events').values([earlier, latest]).execute()
  await database.insertInto('event_cursors').values({ name: 'c', last_id: 1, saved_at: at }).execute()
  await database.insertInto('user_names').values({ identity: 'ann', name: 'Ann', seen_at: at }).execute()
  await database
    .insertInto('leases')
    .values({ name: 'l', holder: 'h', until: Date.parse(at) })
    .execute()
}
