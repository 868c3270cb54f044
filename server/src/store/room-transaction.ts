import { sql, type Kysely, type Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'

/**
 * Runs reads and writes about one room as if nothing else happened to that room meanwhile: a ban must find the
 * invitation that is made at the same moment, and an entry the ban.
 */
export type RoomTransaction = <TResult>(
  roomSid: string,
  work: (database: Kysely<Tables>) => Promise<TResult>,
) => Promise<TResult>

/** Apart from other programs' locks on the same PostgreSQL, and from that of the migrations. */
const POSTGRES_LOCK_CLASS = 7_266_533

export function createRoomTransaction(database: Kysely<Tables>, kind: 'sqlite' | 'postgres'): RoomTransaction {
  return kind === 'sqlite' ? createSqliteTransaction(database) : createPostgresTransaction(database)
}

/** One writer at a time, whatever the room: the dialect's transactions begin with the lock. */
function createSqliteTransaction(database: Kysely<Tables>): RoomTransaction {
  return (_roomSid, work) => database.transaction().execute(work)
}

/**
 * Servers take turns by a lock of the database. Within this one callers take turns before they take a connection: those
 * who wait for the lock hold one, and a rush on one room would leave none for the others.
 */
function createPostgresTransaction(database: Kysely<Tables>): RoomTransaction {
  // The last in each room's line; let go of when its turn is over.
  const lines = new Map<string, Promise<unknown>>()

  return async (roomSid, work) => {
    const before = lines.get(roomSid)
    const turn = Promise.resolve(before?.catch(() => undefined)).then(() =>
      database.transaction().execute(async (transaction: Transaction<Tables>) => {
        await sql`select pg_advisory_xact_lock(${POSTGRES_LOCK_CLASS}::int, hashtext(${roomSid}))`.execute(transaction)
        return work(transaction)
      }),
    )
    lines.set(roomSid, turn)
    try {
      return await turn
    } finally {
      if (lines.get(roomSid) === turn) lines.delete(roomSid)
    }
  }
}
