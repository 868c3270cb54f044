import { Kysely, type Dialect } from 'kysely'
import { migrate, needsMigration } from '../database/migrations.ts'
import { DEFAULT_PATIENCE, type Patience } from '../database/patience.ts'
import { createSqliteDialect } from '../database/sqlite-dialect.ts'
import type { Tables } from '../database/tables.ts'
import { createAuditEntries, type AuditEntries } from './audit-entries.ts'
import { createBans, type Bans } from './bans.ts'
import { createDeadLetters, type DeadLetters } from './dead-letters.ts'
import { createIdempotencyKeys, type IdempotencyKeys } from './idempotency-keys.ts'
import { createChanges, type Changes } from './changes.ts'
import type { Engine, Report } from './engine.ts'
import { createEventCursors, type EventCursors } from './event-cursors.ts'
import { createEventLog, type EventLog } from './event-log.ts'
import { createInvites, type Invites } from './invites.ts'
import { createLeases, type Leases } from './leases.ts'
import { createMembershipCache } from './membership-cache.ts'
import { createMemberships, type Memberships } from './memberships.ts'
import { createOpenRooms, type OpenRooms } from './open-rooms.ts'
import { createPruning, type Pruning } from './pruning.ts'
import { createRateLimitCounters, type RateLimitCounters } from './rate-limit-counters.ts'
import { createRedemptions, type Redemptions } from './redemptions.ts'
import { createRoomOwnerships, type RoomOwnerships } from './room-ownership.ts'
import { createRoomTransaction } from './room-transaction.ts'
import { createUserNames, type UserNames } from './user-names.ts'

/** Everything Roomkey remembers, by subject. */
export type Records = {
  roomOwnerships: RoomOwnerships
  memberships: Memberships
  bans: Bans
  invites: Invites
  redemptions: Redemptions
  auditEntries: AuditEntries
  eventLog: EventLog
  eventCursors: EventCursors
  openRooms: OpenRooms
  deadLetters: DeadLetters
  leases: Leases
  changes: Changes
  userNames: UserNames
  rateLimitCounters: RateLimitCounters
  idempotencyKeys: IdempotencyKeys
  pruning: Pruning
  /** Fails unless the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Adding an index to a large table may take a while. */
const MIGRATION_TIMEOUT_MS = 600_000

/**
 * Connects to the database and brings it up to date. Closing the records closes it, and so does a failure here.
 * @throws VideoError `STORE_UNAVAILABLE`
 */
export async function openRecords(
  engine: Engine,
  report: Report,
  { patience = DEFAULT_PATIENCE, now = Date.now }: { patience?: Patience; now?: (() => number) | undefined } = {},
): Promise<Records> {
  const database = new Kysely<Tables>({ dialect: await createDialect(engine, report, { patience }) })
  try {
    if (await needsMigration(database, engine.kind)) await bringUpToDate(database, engine, report, patience)
  } catch (error) {
    await database.destroy()
    throw error
  }
  // PostgreSQL would have to be asked for its version, which takes as long as reading a membership.
  const cache = createMembershipCache(engine.kind === 'sqlite' ? engine.sqlite.version : undefined)
  const changes = createChanges(database, engine, { report, patience })
  const inRoom = createRoomTransaction(database, engine.kind)
  return {
    roomOwnerships: createRoomOwnerships(database, cache, now),
    memberships: createMemberships(database, cache),
    bans: createBans(database, inRoom, { cache, changes, now }),
    invites: createInvites(database, inRoom, changes),
    redemptions: createRedemptions(inRoom, cache),
    auditEntries: createAuditEntries(database),
    eventLog: createEventLog(database, engine.kind, changes),
    eventCursors: createEventCursors(database),
    openRooms: createOpenRooms(database),
    deadLetters: createDeadLetters(database),
    leases: createLeases(database, engine.kind),
    changes,
    userNames: createUserNames(database),
    rateLimitCounters: createRateLimitCounters(database),
    idempotencyKeys: createIdempotencyKeys(database),
    pruning: createPruning(database, cache),
    async ping() {
      if (engine.kind === 'sqlite') engine.sqlite.checkFile()
      await database.selectFrom('rooms').select('sid').limit(1).execute()
    },
    async close() {
      await changes.close()
      await database.destroy()
    },
  }
}

async function bringUpToDate(
  database: Kysely<Tables>,
  engine: Engine,
  report: Report,
  patience: Patience,
): Promise<void> {
  if (engine.kind === 'sqlite') return migrate(database, { kind: 'sqlite', report })
  const migrator = new Kysely<Tables>({
    dialect: await createDialect(engine, report, {
      maxConnections: 1,
      patience: { ...patience, statementMs: MIGRATION_TIMEOUT_MS },
    }),
  })
  try {
    await migrate(migrator, { kind: 'postgres', report })
  } finally {
    await migrator.destroy()
  }
}

async function createDialect(
  engine: Engine,
  report: Report,
  options: { maxConnections?: number; patience: Patience },
): Promise<Dialect> {
  if (engine.kind === 'sqlite') return createSqliteDialect(engine.sqlite, options.patience)
  const { createPostgresDialect } = await import('../database/postgres.ts')
  return createPostgresDialect(engine.url, {
    onError: (error) => report('a database connection was lost', error),
    ...options,
  })
}
