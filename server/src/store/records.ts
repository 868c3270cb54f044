import { Kysely } from 'kysely'
import { createAttempts, type Attempts } from './attempts.ts'
import { createAuditTrail, type AuditTrail } from './audit-trail.ts'
import { createBans, type Bans } from './bans.ts'
import { createInvites, type Invites } from './invites.ts'
import { migrate } from './migrations.ts'
import { createMemberships, type Memberships } from './memberships.ts'
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
  const database = new Kysely<Tables>({ dialect: await loadDialect(location, onError) })
  try {
    await migrate(database, kind)
  } catch (error) {
    await database.destroy()
    throw error
  }
  return {
    memberships: createMemberships(database),
    bans: createBans(database),
    invites: createInvites(database),
    audit: createAuditTrail(database, kind),
    attempts: createAttempts(database),
    async ping() {
      await database.selectFrom('rooms').select('sid').limit(1).execute()
    },
    close: () => database.destroy(),
  }
}

async function loadDialect(location: StoreLocation, onError: (error: Error) => void) {
  if (location.kind === 'postgres') {
    const { createPostgresDialect } = await import('./postgres.ts')
    return createPostgresDialect(location.url, onError)
  }
  const { createSqliteDialect } = await import('./sqlite.ts')
  return createSqliteDialect(location.kind === 'memory' ? null : location.path)
}
