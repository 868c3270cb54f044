import { Kysely, type Dialect } from 'kysely'
import { createAttempts, type Attempts } from './attempts.ts'
import { createAuditTrail, type AuditTrail } from './audit-trail.ts'
import { createBans, type Bans } from './bans.ts'
import { createInvites, type Invites } from './invites.ts'
import { migrate } from './migrations.ts'
import { createMemberships, type Memberships } from './memberships.ts'
import { createStandings } from './standings.ts'
import type { StoreLocation } from './store.ts'
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

/** Opens the database and brings it up to date. */
export async function openRecords(location: StoreLocation, onError: (error: Error) => void): Promise<Records> {
  const kind = location.kind === 'postgres' ? 'postgres' : 'sqlite'
  const { dialect, version } = await loadEngine(location, onError)
  const database = new Kysely<Tables>({ dialect })
  try {
    await migrate(database, kind)
  } catch (error) {
    await database.destroy()
    throw error
  }
  const standings = createStandings(database, version)
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

type Engine = {
  dialect: Dialect
  /** See {@link createStandings}. A server of PostgreSQL's would have to be asked, which takes as long as reading. */
  version: (() => number) | undefined
}

async function loadEngine(location: StoreLocation, onError: (error: Error) => void): Promise<Engine> {
  if (location.kind === 'postgres') {
    const { createPostgresDialect } = await import('./postgres.ts')
    return { dialect: createPostgresDialect(location.url, onError), version: undefined }
  }
  const { openSqlite } = await import('./sqlite.ts')
  return openSqlite(location.kind === 'memory' ? null : location.path)
}
