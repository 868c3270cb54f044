import { sql, type Kysely, type RawBuilder } from 'kysely'
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

/**
 * `room`: rows are about the room in this column, since the instant in the other, and go when it is forgotten. `expired`:
 * which rows go whatever becomes of rooms.
 */
type Rule = {
  room?: { sid: string; since: string }
  expired?: (now: number) => RawBuilder<unknown>
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
    expired: (now) => sql`expires_at < ${toInstant(now - EXPIRED_INVITE_MS)}
      and not exists (select 1 from invites as made where made.parent_id = invites.id)`,
  },
  redemptions: {
    room: { sid: 'room_sid', since: 'redeemed_at' },
    expired: () => sql`invite_id not in (select id from invites)`,
  },
  // By the audit log itself, which knows for how many days it is kept.
  audit: {},
  // By the log of events itself, which is kept for days of its own.
  events: {},
  anonymized_participants: { expired: (now) => sql`anonymized_at < ${toInstant(now - UNUSED_MS)}` },
  // All but the newest, by which a reader of all rooms learns that something is gone.
  pruned_events: {
    expired: (now) => sql`pruned_at < ${toInstant(now - UNUSED_MS)}
      and last_id < (select max(last_id) from pruned_events)`,
  },
  // Each is about an event of the log, and goes with it.
  dead_letters: { expired: () => sql`not exists (select 1 from events where events.id = dead_letters.event_id)` },
  event_cursors: { expired: (now) => sql`saved_at < ${toInstant(now - UNUSED_MS)}` },
  leases: { expired: (now) => sql`until < ${now - UNUSED_MS}` },
  user_names: { expired: (now) => sql`seen_at < ${toInstant(now - UNUSED_MS)}` },
  attempts: { expired: (now) => sql`window_start < ${now - COUNTER_MS}` },
  idempotency_keys: { expired: (now) => sql`created_at < ${now - IDEMPOTENCY_KEY_MS}` },
}

function toInstant(now: number): string {
  return new Date(now).toISOString()
}

const RULES = Object.entries<Rule>(PRUNING_RULES)
const ROOM_TABLES = RULES.flatMap(([table, { room }]) => (room === undefined ? [] : [{ table, ...room }]))

export function createPruning(database: Kysely<Tables>, cache: MembershipCache): Pruning {
  return {
    async pruneExpired(now) {
      // One after the other, in the order of the rules: redemptions go after their invitations.
      for (const [table, { expired }] of RULES) {
        if (expired) await sql`delete from ${sql.table(table)} where ${expired(now)}`.execute(database)
      }
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
