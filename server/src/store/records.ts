import { Kysely, SqliteDialect, type Dialect } from 'kysely'
import { createAttempts, type Attempts } from './attempts.ts'
import { createAuditTrail, type AuditTrail } from './audit-trail.ts'
import { createBans, type Bans } from './bans.ts'
import { createInvites, type Invites } from './invites.ts'
import { migrate } from './migrations.ts'
import { createMemberships, type Memberships } from './memberships.ts'
import { createStandings } from './standings.ts'
import { adaptDatabase, type Sqlite } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** Everything Roomkey remembers, by subject. */
export type Records = {
  memberships: Memberships
  bans: Bans
  invites: Invites
  audit: AuditTrail
  attempts: Attempts
  /** Fails unless the database answers. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** What the records are kept in: an open SQLite database, or the URL of a PostgreSQL one. */
export type Engine = { kind: 'sqlite'; sqlite: Sqlite } | { kind: 'postgres'; url: string }

/**
 * Connects to the database and brings it up to date. Closing the records closes it, and so does a failure here.
 * @param onError hears of faults outside any query, such as a lost idle connection.
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
  // A server of PostgreSQL's would have to be asked for its version, which takes as long as reading a standing.
  const standings = createStandings(database, engine.kind === 'sqlite' ? engine.sqlite.version : undefined)
  return {
    memberships: createMemberships(database, standings),
    bans: createBans(database, standings),
    invites: createInvites(database),
    audit: createAuditTrail(database),
    attempts: createAttempts(database),
    async ping() {
      await database.selectFrom('rooms').select('sid').limit(1).execute()
    },
    close: () => database.destroy(),
  }
}

async function createDialect(engine: Engine, onError: (error: Error) => void): Promise<Dialect> {
  if (engine.kind === 'sqlite') return new SqliteDialect({ database: adaptDatabase(engine.sqlite.connection) })
  const { createPostgresDialect } = await import('./postgres.ts')
  return createPostgresDialect(engine.url, onError)
}
