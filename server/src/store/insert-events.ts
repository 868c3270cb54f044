import type { RoomEvent } from '@roomkey/shared'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { EventRow, Tables } from '../database/tables.ts'
import type { Kind } from '../database/schema-changes.ts'
import { renameAnonymized } from './anonymized-participants.ts'
import { toEventKey } from './event-key.ts'
import { identityOf } from './event-participant.ts'
import type { NewEvent } from './new-event.ts'

type NewRow = Omit<EventRow, 'id'>

const COLUMNS = ['dedupe_key', 'room_sid', 'type', 'at', 'sequence', 'identity', 'stored_at', 'event'] as const

/** Inserts the events that are not in the log yet, and returns them in the order of their ids. */
export async function insertEvents(
  database: Kysely<Tables>,
  kind: Kind,
  events: readonly NewEvent[],
): Promise<RoomEvent[]> {
  // Of two reports of one thing that came together, the first counts.
  const byKey = new Map<string, NewEvent>()
  // What it said when it came is what it is known by when it comes again.
  const keys = events.map(toEventKey)
  for (const [index, event] of (await renameAnonymized(database, kind, events)).entries()) {
    const key = keys[index]
    if (key !== undefined && !byKey.has(key)) byKey.set(key, event)
  }
  const rows = Array.from(byKey, ([key, event]) => toRow(key, event))
  const inserted = await database
    .insertInto('events')
    .columns(COLUMNS)
    .expression(kind === 'sqlite' ? fromJson(rows) : fromLists(rows))
    .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
    .returning(['id', 'dedupe_key'])
    .execute()
  return inserted
    .flatMap(({ id, dedupe_key: key }) => {
      const event = byKey.get(key)
      return event === undefined ? [] : [{ id: String(id), ...event }]
    })
    .sort((a, b) => Number(a.id) - Number(b.id))
}

// However many rows there are, the statement is the same: one of a parameter for each value would be planned anew for
// each number of them, which takes longer than to insert them.

function fromJson(rows: readonly NewRow[]): RawBuilder<NewRow> {
  const columns = COLUMNS.map((column) => sql`value ->> ${sql.lit(column)}`)
  // SQLite would take "on conflict" for the condition of a join.
  return sql`select ${sql.join(columns)} from json_each(${JSON.stringify(rows)}) where true`
}

function fromLists(rows: readonly NewRow[]): RawBuilder<NewRow> {
  const lists = COLUMNS.map((column) => {
    const values = rows.map((row) => row[column])
    return column === 'sequence' ? sql`${values}::int[]` : sql`${values}::text[]`
  })
  return sql`select * from unnest(${sql.join(lists)})`
}

function toRow(key: string, event: NewEvent): NewRow {
  return {
    dedupe_key: key,
    room_sid: event.roomSid,
    type: event.type,
    at: event.at,
    sequence: event.sequenceNumber,
    identity: identityOf(event) ?? null,
    stored_at: new Date().toISOString(),
    event: JSON.stringify(event),
  }
}
