import { sql, type Kysely } from 'kysely'
import type { Tables } from './tables.ts'

type Migration = { name: string; up: (database: Kysely<unknown>) => Promise<void> }

/** Any number that no other program on the same PostgreSQL uses for its own lock. */
const POSTGRES_LOCK = 7_266_532

/**
 * Brings the database up to this version. Servers that start at once take turns: the first one migrates, the
 * others find it done.
 */
export async function migrate(database: Kysely<Tables>, kind: 'sqlite' | 'postgres'): Promise<void> {
  await database.connection().execute(async (connection) => {
    // SQLite's plain `begin` takes the write lock only at the first write: two starters would both read "nothing done".
    await sql.raw(kind === 'sqlite' ? 'begin immediate' : 'begin').execute(connection)
    try {
      if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${POSTGRES_LOCK})`.execute(connection)
      await applyMissing(connection.withTables<{ roomkey_migrations: { name: string; applied_at: string } }>())
      await sql.raw('commit').execute(connection)
    } catch (error) {
      await sql.raw('rollback').execute(connection)
      throw error
    }
  })
}

async function applyMissing(
  connection: Kysely<{ roomkey_migrations: { name: string; applied_at: string } } & Tables>,
): Promise<void> {
  await connection.schema
    .createTable('roomkey_migrations')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('applied_at', 'text', (column) => column.notNull())
    .execute()
  const applied = new Set(
    (await connection.selectFrom('roomkey_migrations').select('name').execute()).map(({ name }) => name),
  )
  for (const { name, up } of migrations) {
    if (applied.has(name)) continue
    await up(connection as unknown as Kysely<unknown>)
    await connection.insertInto('roomkey_migrations').values({ name, applied_at: new Date().toISOString() }).execute()
  }
}

/** In order, each applied once. A released migration never changes; a new one is added below it. */
const migrations: Migration[] = [
  {
    name: '0001-rooms-invites-bans-audit',
    async up({ schema }) {
      await schema
        .createTable('rooms')
        .addColumn('sid', 'text', (column) => column.primaryKey())
        .addColumn('host', 'text')
        .addColumn('access', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('members')
        .addColumn('room_sid', 'text', (column) => column.notNull())
        .addColumn('identity', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('joined_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('members_key', ['room_sid', 'identity'])
        .execute()
      await schema
        .createTable('bans')
        .addColumn('room_sid', 'text', (column) => column.notNull())
        .addColumn('room_name', 'text', (column) => column.notNull())
        .addColumn('identity', 'text', (column) => column.notNull())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('bans_key', ['room_sid', 'identity'])
        .execute()
      await schema.createIndex('bans_by_name').on('bans').columns(['room_name', 'identity']).execute()
      await schema
        .createTable('invites')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('room_sid', 'text', (column) => column.notNull())
        .addColumn('role', 'text', (column) => column.notNull())
        .addColumn('secret_hash', 'text', (column) => column.notNull().unique())
        .addColumn('created_at', 'text', (column) => column.notNull())
        .addColumn('expires_at', 'text', (column) => column.notNull())
        .addColumn('max_uses', 'integer')
        .addColumn('uses', 'integer', (column) => column.notNull())
        .addColumn('revoked_at', 'text')
        .execute()
      await schema.createIndex('invites_by_room').on('invites').columns(['room_sid', 'created_at', 'id']).execute()
      await schema
        .createTable('guests')
        .addColumn('room_sid', 'text', (column) => column.notNull())
        .addColumn('identity', 'text', (column) => column.notNull())
        .addColumn('invite_id', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('guests_key', ['room_sid', 'identity'])
        .execute()
      await schema
        .createTable('audit')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('request_id', 'text', (column) => column.notNull())
        .addColumn('caller_kind', 'text', (column) => column.notNull())
        .addColumn('caller', 'text')
        .addColumn('action', 'text', (column) => column.notNull())
        .addColumn('room', 'text')
        .addColumn('target', 'text')
        .addColumn('outcome', 'text', (column) => column.notNull())
        .execute()
      await schema.createIndex('audit_by_time').on('audit').columns(['at', 'id']).execute()
      await schema.createIndex('audit_by_room').on('audit').columns(['room', 'at', 'id']).execute()
      await schema
        .createTable('attempts')
        .addColumn('bucket', 'text', (column) => column.primaryKey())
        .addColumn('window_start', 'bigint', (column) => column.notNull())
        .addColumn('count', 'integer', (column) => column.notNull())
        .execute()
    },
  },
]

/** Every change there is, in order. */
export const MIGRATION_NAMES: readonly string[] = migrations.map(({ name }) => name)
