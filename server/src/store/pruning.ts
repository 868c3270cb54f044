import { sql, type Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { IDEMPOTENCY_KEY_MS } from './idempotency-keys.ts'
import type { MembershipCache } from './membership-cache.ts'

/** Keeps tables from growing for ever. */
export type Pruning = {
  /** Deletes what nobody can use any more, whatever becomes of rooms. `now` in ms since 1970. */
  pruneExpired(now: number): Promise<void>
  /** The SIDs of rooms, any of those of which something was recorded before. */
  findOldRooms(before: string, limit: number): Promise<string[]>
  /** Deletes all that is recorded of a room; who did what there stays in the audit log for as long as that is kept. */
  forgetRoom(roomSid: string): Promise<void>
}

/** `room`: rows are about the room in this column, since the instant in the other, and go when it is forgotten. */
type Rule = {
  room?: { sid: string; since: string }
  pruneExpired?: (database: Kysely<Tables>, now: number) => Promise<unknown>
}

/**
 * An invitation that expired is kept for as long as one lasts at most: then nothing that was made with it is good
 * either, unless that was handed on in turn, and so it goes before what it was made with.
 */
const EXPIRED_INVITE_MS = 30 * 86_400_000

/** Windows of the rate limiter last a minute; servers' clocks may differ. */
const COUNTER_MS = 10 * 60_000

/** What nobody has used for a year is of something that is there no more. */
const UNUSED_MS = 366 * 86_400_000

/** How each table is kept from growing: one that has no rule does not compile. */
export const PRUNING_RULES: Readonly<Record<keyof Tables, Rule>> = {
  rooms: { room: { sid: 'sid', since: 'created_at' } },
  members: { room: { sid: 'room_sid', since: 'joined_at' } },
  bans: { room: { sid: 'room_sid', since: 'created_at' } },
  invites: {
    room: { sid: 'room_sid', since: 'created_at' },
    pruneExpired: (database, now) =>
      database
        .deleteFrom('invites')
        .where('expires_at', '<', new Date(now - EXPIRED_INVITE_MS).toISOString())
        .where((eb) =>
          eb.not(
            eb.exists(eb.selectFrom('invites as made').select('made.id').whereRef('made.parent_id', '=', 'invites.id')),
          ),
        )
        .execute(),
  },
  redemptions: {
    room: { sid: 'room_sid', since: 'redeemed_at' },
    pruneExpired: (database) =>
      database
        .deleteFrom('redemptions')
        .where('invite_id', 'not in', (eb) => eb.selectFrom('invites').select('id'))
        .execute(),
  },
  // By the audit log itself, which knows for how many days it is kept.
  audit: {},
  // By the log of events itself, which is kept for days of its own.
  events: {},
  // All but the newest, by which a reader of all rooms learns that something is gone.
  pruned_events: {
    pruneExpired: (database, now) =>
      database
        .deleteFrom('pruned_events')
        .where('pruned_at', '<', new Date(now - UNUSED_MS).toISOString())
        .where('last_id', '<', (eb) => eb.selectFrom('pruned_events').select((row) => row.fn.max('last_id').as('id')))
        .execute(),
  },
  // Each is about an event of the log, and goes with it.
  dead_letters: {
    pruneExpired: (database) =>
      database
        .deleteFrom('dead_letters')
        .where((eb) =>
          eb.not(
            eb.exists(eb.selectFrom('events').select('events.id').whereRef('events.id', '=', 'dead_letters.event_id')),
          ),
        )
        .execute(),
  },
  event_cursors: {
    pruneExpired: (database, now) =>
      database
        .deleteFrom('event_cursors')
        .where('saved_at', '<', new Date(now - UNUSED_MS).toISOString())
        .execute(),
  },
  leases: {
    pruneExpired: (database, now) =>
      database
        .deleteFrom('leases')
        .where('until', '<', now - UNUSED_MS)
        .execute(),
  },
  user_names: {
    pruneExpired: (database, now) =>
      database
        .deleteFrom('user_names')
        .where('seen_at', '<', new Date(now - UNUSED_MS).toISOString())
        .execute(),
  },
  attempts: {
    pruneExpired: (database, now) =>
      database
        .deleteFrom('attempts')
        .where('window_start', '<', now - COUNTER_MS)
        .execute(),
  },
  idempotency_keys: {
    pruneExpired: (database, now) =>
      database
        .deleteFrom('idempotency_keys')
        .where('created_at', '<', now - IDEMPOTENCY_KEY_MS)
        .execute(),
  },
}

const RULES = Object.entries<Rule>(PRUNING_RULES)
const ROOM_TABLES = RULES.flatMap(([table, { room }]) => (room === undefined ? [] : [{ table, ...room }]))

export function createPruning(database: Kysely<Tables>, cache: MembershipCache): Pruning {
  return {
    async pruneExpired(now) {
      // One after the other, in the order of the rules: redemptions go after their invitations.
      for (const [, { pruneExpired }] of RULES) await pruneExpired?.(database, now)
    },
    async findOldRooms(before, limit) {
      const selects = ROOM_TABLES.map(
        ({ table, sid, since }) =>
          sql`select ${sql.ref(sid)} as sid from ${sql.table(table)} where ${sql.ref(since)} < ${before}`,
      )
      // Any, since those that are still in progress would stand first in every order.
      const { rows } = await sql<{ sid: string }>`
        select sid from (${sql.join(selects, sql` union `)}) as old order by random() limit ${limit}`.execute(database)
      return rows.map(({ sid }) => sid)
    },
    async forgetRoom(roomSid) {
      await database.transaction().execute(async (transaction) => {
        for (const { table, sid } of ROOM_TABLES) {
          await sql`delete from ${sql.table(table)} where ${sql.ref(sid)} = ${roomSid}`.execute(transaction)
        }
      })
      cache.clear()
    },
  }
}
