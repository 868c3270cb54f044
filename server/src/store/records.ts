import { Kysely, SqliteDialect, type Dialect } from 'kysely'
import { migrate } from '../database/migrations.ts'
import { adaptDatabase, type Sqlite } from '../database/sqlite.ts'
import type { Tables } from '../database/tables.ts'
import { createAuditEntries, type AuditEntries } from './audit-entries.ts'
import { createBans, type Bans } from './bans.ts'
import { createInvites, type Invites } from './invites.ts'
import { createMembershipCache } from './membership-cache.ts'
import { createMemberships, type Memberships } from './memberships.ts'
import { createPruning, type Pruning } from './pruning.ts'
import { createRateLimitCounters, type RateLimitCounters } from './rate-limit-counters.ts'
import { createRedemptions, type Redemptions } from './redemptions.ts'
import { createRoomOwnerships, type RoomOwnerships } from './room-ownership.ts'
import { createRoomTransaction } from './room-transaction.ts'

/** Everything Roomkey remembers, by subject. */
export type Records = {
  roomOwnerships: RoomOwnerships
  memberships: Memberships
  bans: Bans
  invites: Invites
  redemptions: Redemptions
  auditEntries: AuditEntries
  rateLimitCounters: RateLimitCounters
  pruning: Pruning
  /** Fails unless the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** What the records are kept in: an open SQLite database, or the URL of a PostgreSQL one. */
export type Engine = { kind: 'sqlite'; sqlite: Sqlite } | { kind: 'postgres'; url: string }

/**
 * Connects to the database and brings it up to date. Closing the records closes it, and so does a failure here.
 * @param onError hears of errors outside any query, such as a lost idle connection.
 */
export async function openRecords(engine: Engine, onError: (error: Error) => void): Promise<Records> {
  const dialect = await createDialect(engine, onError)
  const database = new Kysely<Tables>({ dialect })
  try {
    await migrate(database, engine.kind)
  } catch (error) {
    await database.destroy()
    throw error
  }
  // PostgreSQL would have to be asked for its version, which takes as long as reading a membership.
  const cache = createMembershipCache(engine.kind === 'sqlite' ? engine.sqlite.version : undefined)
  const inRoom = createRoomTransaction(database, engine.kind)
  return {
    roomOwnerships: createRoomOwnerships(database, cache),
    memberships: createMemberships(database, cache),
    bans: createBans(database, inRoom, cache),
    invites: createInvites(database, inRoom),
    redemptions: createRedemptions(inRoom, cache),
    auditEntries: createAuditEntries(database),
    rateLimitCounters: createRateLimitCounters(database),
    pruning: createPruning(database, cache),
    async ping() {
      await database.selectFrom('rooms').select('sid').limit(1).execute()
    },
    close: () => database.destroy(),
  }
}

async function createDialect(engine: Engine, onError: (error: Error) => void): Promise<Dialect> {
  if (engine.kind === 'sqlite') return new SqliteDialect({ database: adaptDatabase(engine.sqlite.connection) })
  const { createPostgresDialect } = await import('../database/postgres.ts')
  return createPostgresDialect(engine.url, onError)
}
