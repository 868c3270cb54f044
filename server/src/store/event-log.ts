import { InstantSchema, type RoomEvent, type RoomEventType } from '@roomkey/shared'
import { sql, type Kysely, type SelectQueryBuilder, type SqlBool } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../database/tables.ts'
import type { Kind } from '../database/schema-changes.ts'
import { anonymizeEvents, type Anonymization, type AnonymizedRoom } from './anonymize-events.ts'
import { forgetIdentity } from './anonymized-participants.ts'
import type { Changes } from './changes.ts'
import { insertEvents } from './insert-events.ts'
import type { NewEvent } from './new-event.ts'
import { readPage, type Order, type Page, type PageRequest } from './page-cursor.ts'
import { findPrunedEvents, pruneEvents, type PrunedEvents } from './prune-events.ts'

/** Which events: those of the rooms, of the types, up to an id; of all where left out. */
export type EventFilter = {
  roomSids?: readonly string[] | undefined
  types?: readonly RoomEventType[] | undefined
  upTo?: number | undefined
}

/**
 * What happened, as it was stored: the log of events. Ids only grow, and a reader who has seen one will meet no smaller
 * one later: those who append take turns, until what they appended can be read.
 */
export type EventLog = {
  /**
   * Stores events, all or none. What is in the log already, however it became known, is left as it is.
   * `stored` are the new ones, in the order of their ids; `previousId` is that of the event before the first of them.
   */
  append(events: readonly NewEvent[]): Promise<{ stored: RoomEvent[]; previousId: number }>
  /** In the order of ids. */
  readAfter(id: number, filter: EventFilter, limit: number): Promise<RoomEvent[]>
  /** The id of the event that was stored last, also when it is gone by now; 0 where there never was one. */
  findLastId(): Promise<number>
  /** Whether anything is known of a room. */
  knowsRoom(roomSid: string): Promise<boolean>
  /** One room's, in the order in which things happened, oldest first. @throws VideoError `INVALID_INPUT`: the cursor. */
  list(roomSid: string, types: readonly RoomEventType[] | undefined, request: PageRequest): Promise<Page<RoomEvent>>
  /**
   * Gives an identity another name in each room, that nothing leads back from; in one room or in all. What comes later
   * of the participants it was has that name too.
   */
  anonymize(identity: string, room: AnonymizedRoom | undefined): Promise<Anonymization>
  /** Forgets who an anonymized participant was: Twilio does not know it any more either. */
  forgetIdentity(participantSid: string): Promise<void>
  /** Deletes what was stored before, little by little. */
  prune(before: string): Promise<void>
  /** What was deleted of what came after an id, in the order of ids: of each of the rooms; of all as one, if left out. */
  findPruned(after: number, roomSids: readonly string[] | undefined): Promise<PrunedEvents[]>
}

/** Apart from the locks of migrations and of rooms. */
const POSTGRES_LOCK_CLASS = 7_266_534

/** Creates the log of events over a database. */
export function createEventLog(database: Kysely<Tables>, kind: Kind, changes: Changes): EventLog {
  /** One transaction that changes what is told of events at a time, also of other servers; SQLite has no others. */
  function takeTurn<TResult>(work: (transaction: Kysely<Tables>) => Promise<TResult>): Promise<TResult> {
    return database.transaction().execute(async (transaction) => {
      if (kind === 'postgres') {
        await sql`select pg_advisory_xact_lock(${sql.lit(POSTGRES_LOCK_CLASS)}, 0)`.execute(transaction)
      }
      return work(transaction)
    })
  }

  async function findLastId(from: Kysely<Tables>): Promise<number> {
    const { id } = await from
      .selectFrom('events')
      .select((eb) => eb.fn.max('id').as('id'))
      .executeTakeFirstOrThrow()
    if (id !== null) return Number(id)
    const [pruned] = await findPrunedEvents(from, 0, undefined)
    return pruned?.lastId ?? 0
  }

  return {
    // Ids are given before what has them can be read: whoever came second could be read first.
    append: (events) =>
      takeTurn(async (transaction) => {
        const previousId = await findLastId(transaction)
        const stored = await insertEvents(transaction, kind, events)
        if (stored.length > 0) await changes.announceEvents(transaction)
        return { stored, previousId }
      }),
    async readAfter(id, filter, limit) {
      const rows = await filtered(database, filter)
        .where('id', '>', id)
        .select(['id', 'event'])
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(toEvent)
    },
    findLastId: () => findLastId(database),
    async knowsRoom(roomSid) {
      const row = await database.selectFrom('events').select('id').where('room_sid', '=', roomSid).limit(1).execute()
      return row.length > 0
    },
    async list(roomSid, types, request) {
      const query = filtered(database, { roomSids: [roomSid], types }).select(['id', 'event'])
      const { items, nextCursor } = await readPage(query, BY_TIME, request)
      return { items: items.map(toEvent), nextCursor }
    },
    async anonymize(identity, room) {
      // What is being stored meanwhile would not be found, and would not find that it has to be named otherwise.
      const anonymization = await takeTurn(async (transaction) => {
        await changes.announceAnonymizedWith(transaction)
        return anonymizeEvents(transaction, identity, room)
      })
      changes.announceAnonymized()
      return anonymization
    },
    forgetIdentity: (participantSid) => forgetIdentity(database, participantSid),
    prune: (before) => pruneEvents(database, before),
    findPruned: (after, roomSids) => findPrunedEvents(database, after, roomSids),
  }
}

function filtered(
  database: Kysely<Tables>,
  { roomSids, types, upTo }: EventFilter,
): SelectQueryBuilder<Tables, 'events', object> {
  let query = database.selectFrom('events')
  if (roomSids !== undefined) query = query.where('room_sid', 'in', roomSids)
  // PostgreSQL knows no empty list.
  if (types?.length === 0) query = query.where(sql<SqlBool>`1 = 0`)
  else if (types !== undefined) query = query.where('type', 'in', types)
  return upTo === undefined ? query : query.where('id', '<=', upTo)
}

/** A row with its id and what else it holds. */
type StoredRow = { id: number | string; event: string }

export function toEvent({ id, event }: StoredRow): RoomEvent {
  return { id: String(id), ...(JSON.parse(event) as NewEvent) }
}

/** The order in which things happened; cursors hold no more than the columns do. */
const BY_TIME: Order<StoredRow, [at: string, sequence: number, id: number]> = {
  columns: [sql.ref('at'), sql`coalesce(sequence, -1)`, sql.ref('id')],
  direction: 'asc',
  placeSchema: z.tuple([InstantSchema, z.int32(), z.int()]),
  placeOf(row) {
    const { at, sequenceNumber, id } = toEvent(row)
    return [at, sequenceNumber ?? -1, Number(id)]
  },
}
