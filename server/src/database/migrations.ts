import { setTimeout as wait } from 'node:timers/promises'
import { sql, type Kysely } from 'kysely'
import { migrations, type Kind, type Migration } from './schema-changes.ts'
import { isBusy, storeUnavailable } from './store-error.ts'
import type { Tables } from './tables.ts'

/** Any number that no other program on the same PostgreSQL uses for its own lock. */
const POSTGRES_LOCK = 7_266_532

/** How long another server may take to bring the same database up to date. */
const PATIENCE_MS = 60_000
const LOOK_AGAIN_MS = 200

type Applied = { roomkey_migrations: { name: string; applied_at: string } }
type Database = Kysely<Tables & Applied>

export type MigrateOptions = {
  kind: Kind
  /** Hears once what is waited for. */
  report: (message: string) => void
  /** Default a minute. */
  patienceMs?: number
}

/** Whether the database is of an earlier version than this one, or empty. */
export async function needsMigration(database: Kysely<Tables>, kind: Kind): Promise<boolean> {
  const { rows } =
    kind === 'sqlite'
      ? await sql`select 1 from sqlite_schema where name = 'roomkey_migrations'`.execute(database)
      : await sql`select 1 where to_regclass('roomkey_migrations') is not null`.execute(database)
  return rows.length === 0 || (await findMissing(database.withTables<Applied>())).length > 0
}

/**
 * Brings the database up to this version. Servers that start at once take turns: the first one migrates, the others
 * find it done.
 * @throws VideoError `STORE_UNAVAILABLE` when another one takes longer than `patienceMs`.
 */
export async function migrate(
  database: Kysely<Tables>,
  { kind, report, patienceMs = PATIENCE_MS }: MigrateOptions,
): Promise<void> {
  const endsAt = performance.now() + patienceMs
  let reported = false
  while (!(await tryMigrate(database.withTables<Applied>(), kind))) {
    if (!reported) report('another server is bringing the database up to date: waiting for it')
    reported = true
    if (performance.now() >= endsAt) {
      const seconds = Math.round(patienceMs / 1000)
      throw storeUnavailable(
        new Error(
          `another server has been bringing it up to date for ${seconds} s; end that server, or try again later`,
        ),
      )
    }
    await wait(LOOK_AGAIN_MS)
  }
}

/** @returns `false` when another server is at it. */
async function tryMigrate(database: Database, kind: Kind): Promise<boolean> {
  try {
    return await database.transaction().execute(async (transaction) => {
      if (kind === 'postgres') {
        const { rows } = await sql<{
          free: boolean
        }>`select pg_try_advisory_xact_lock(${POSTGRES_LOCK}) as free`.execute(transaction)
        if (rows[0]?.free !== true) return false
      }
      await applyMissing(transaction, kind)
      return true
    })
  } catch (error) {
    // The whole file is locked there, by whoever writes to it.
    if (kind === 'sqlite' && isBusy(error)) return false
    throw error
  }
}

async function applyMissing(transaction: Database, kind: Kind): Promise<void> {
  await transaction.schema
    .createTable('roomkey_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('applied_at', 'text', (column) => column.notNull())
    .execute()
  for (const { name, up } of await findMissing(transaction)) {
    await up(transaction as unknown as Kysely<unknown>, kind)
    await transaction.insertInto('roomkey_migrations').values({ name, applied_at: new Date().toISOString() }).execute()
  }
}

async function findMissing(database: Database): Promise<Migration[]> {
  const rows = await database.selectFrom('roomkey_migrations').select('name').execute()
  const applied = new Set(rows.map(({ name }) => name))
  return migrations.filter(({ name }) => !applied.has(name))
}

/** Every change there is, in order. */
export const MIGRATION_NAMES: readonly string[] = migrations.map(({ name }) => name)
