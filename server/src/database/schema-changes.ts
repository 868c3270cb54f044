import { sql, type Kysely } from 'kysely'

/** The engines there are. */
export type Kind = 'sqlite' | 'postgres'

/** One change of the schema. */
export type Migration = { name: string; up: (database: Kysely<unknown>, kind: Kind) => Promise<void> }

/** In order, each applied once. A released migration never changes; a new one is added below it. */
export const migrations: readonly Migration[] = [
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
  {
    name: '0002-descent-of-invitations',
    async up(database) {
      const { schema } = database
      await schema.alterTable('invites').addColumn('created_by', 'text').execute()
      await schema.alterTable('invites').addColumn('parent_id', 'text').execute()
      await schema.createIndex('invites_by_parent').on('invites').column('parent_id').execute()
      await schema
        .createTable('redemptions')
        .addColumn('invite_id', 'text', (column) => column.notNull())
        .addColumn('identity', 'text', (column) => column.notNull())
        .addColumn('room_sid', 'text', (column) => column.notNull())
        .addColumn('redeemed_at', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('redemptions_key', ['invite_id', 'identity'])
        .execute()
      await schema.createIndex('redemptions_by_person').on('redemptions').columns(['room_sid', 'identity']).execute()
      await sql`insert into redemptions (invite_id, identity, room_sid, redeemed_at)
        select invite_id, identity, room_sid, ${new Date().toISOString()} from guests`.execute(database)
      await schema.dropTable('guests').execute()
    },
  },
  {
    name: '0002-refusals-are-counted',
    async up({ schema }) {
      await schema
        .alterTable('audit')
        .addColumn('count', 'integer', (column) => column.notNull().defaultTo(1))
        .execute()
    },
  },
  {
    // An id is longer than all else in them, and entries of one instant are few enough to be sorted when they are read.
    name: '0003-audit-indices-without-ids',
    async up({ schema }) {
      await schema.dropIndex('audit_by_time').execute()
      await schema.dropIndex('audit_by_room').execute()
      await schema.createIndex('audit_by_time').on('audit').column('at').execute()
      await schema.createIndex('audit_by_room').on('audit').columns(['room', 'at']).execute()
    },
  },
  {
    name: '0004-idempotency-keys',
    async up({ schema }) {
      await schema
        .createTable('idempotency_keys')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('fingerprint', 'text', (column) => column.notNull())
        .addColumn('owner', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('lease_until', 'bigint', (column) => column.notNull())
        .addColumn('outcome', 'text')
        .execute()
      await schema.createIndex('idempotency_keys_by_time').on('idempotency_keys').column('created_at').execute()
    },
  },
  {
    name: '0005-events',
    async up(database, kind) {
      const { schema } = database
      await schema
        .createTable('events')
        .addColumn('id', kind === 'sqlite' ? 'integer' : 'bigint', (column) =>
          kind === 'sqlite' ? column.primaryKey().autoIncrement() : column.primaryKey().generatedByDefaultAsIdentity(),
        )
        .addColumn('dedupe_key', 'text', (column) => column.notNull().unique())
        .addColumn('room_sid', 'text', (column) => column.notNull())
        .addColumn('type', 'text', (column) => column.notNull())
        .addColumn('at', 'text', (column) => column.notNull())
        .addColumn('sequence', 'integer')
        .addColumn('identity', 'text')
        .addColumn('stored_at', 'text', (column) => column.notNull())
        .addColumn('event', 'text', (column) => column.notNull())
        .execute()
      await schema.createIndex('events_by_room').on('events').columns(['room_sid', 'id']).execute()
      await schema.createIndex('events_by_identity').on('events').column('identity').execute()
      // From the clock on: ids grow also past a database that was lost, or that was in memory, and began anew.
      const first = Date.now()
      await (
        kind === 'sqlite'
          ? sql`insert into sqlite_sequence (name, seq) values ('events', ${first})`
          : sql`alter table events alter column id restart with ${sql.lit(first)}`
      ).execute(database)
    },
  },
  {
    name: '0006-event-cursors-leases',
    async up({ schema }) {
      await schema
        .createTable('event_cursors')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('last_id', 'bigint', (column) => column.notNull())
        .addColumn('saved_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createTable('leases')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('holder', 'text', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
  {
    // Of a room two events at most are of these types: what is in progress is found without reading all that happened.
    name: '0007-rooms-of-events',
    async up(database) {
      await sql`create index events_of_rooms on events (room_sid, type)
        where type in ('room-created', 'room-ended')`.execute(database)
    },
  },
  {
    name: '0008-dead-letters',
    async up({ schema }) {
      await schema
        .createTable('dead_letters')
        .addColumn('event_id', 'bigint', (column) => column.primaryKey())
        .addColumn('failed_at', 'text', (column) => column.notNull())
        .addColumn('attempts', 'integer', (column) => column.notNull())
        .addColumn('error', 'text', (column) => column.notNull())
        .execute()
    },
  },
  {
    name: '0009-user-names',
    async up({ schema }) {
      await schema
        .createTable('user_names')
        .addColumn('identity', 'text', (column) => column.primaryKey())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('seen_at', 'text', (column) => column.notNull())
        .execute()
    },
  },
  {
    name: '0010-pruned-events',
    async up({ schema }) {
      await schema
        .createTable('pruned_events')
        .addColumn('room_sid', 'text', (column) => column.primaryKey())
        .addColumn('last_id', 'bigint', (column) => column.notNull())
        .addColumn('pruned_at', 'text', (column) => column.notNull())
        .execute()
      await schema.createIndex('pruned_events_by_id').on('pruned_events').column('last_id').execute()
    },
  },
  {
    name: '0011-anonymized-participants',
    async up({ schema }) {
      await schema
        .createTable('anonymized_participants')
        .addColumn('participant_sid', 'text', (column) => column.primaryKey())
        .addColumn('room_sid', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('former_identity', 'text')
        .addColumn('anonymized_at', 'text', (column) => column.notNull())
        .execute()
      await schema
        .createIndex('anonymized_participants_by_identity')
        .on('anonymized_participants')
        .column('former_identity')
        .execute()
    },
  },
  {
    // Whether somebody is banned anywhere is asked with each token that is for no room.
    name: '0012-bans-by-identity',
    async up({ schema }) {
      await schema.createIndex('bans_by_identity').on('bans').column('identity').execute()
    },
  },
]
