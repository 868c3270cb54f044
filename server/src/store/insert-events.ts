import type { RoomEvent } from '@roomkey/shared'
import { sql, type InsertQueryBuilder, type InsertResult, type Kysely } from 'kysely'
import type { EventRow, Tables } from '../database/tables.ts'
import { toEventKey } from './event-key.ts'
import type { NewEvent } from './new-event.ts'

type NewRow = Omit<EventRow, 'id'>

const COLUMNS = ['dedupe_key', 'room_sid', 'type', 'at', 'sequence', 'identity', 'stored_at', 'event'] as const

/** Rows of one statement: SQLite takes at most 32,766 parameters. */
const CHUNK = 500

/** Inserts the events that are not in the log yet, and answers them in the order of their ids. */
export async function insertEvents(
  database: Kysely<Tables>,
  kind: 'sqlite' | 'postgres',
  events: readonly NewEvent[],
): Promise<RoomEvent[]> {
  // Of two reports of one thing that came together, the first counts.
  const byKey = new Map<string, NewEvent>()
  for (const event of events) {
    const key = toEventKey(event)
    if (!byKey.has(key)) byKey.set(key, event)
  }
  const rows = Array.from(byKey, ([key, event]) => toRow(key, event))
  const stored: RoomEvent[] = []
  for (let start = 0; start < rows.length; start += CHUNK) {
    const inserted = await insertInto(database, kind, rows.slice(start, start + CHUNK))
      .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
      .returning(['id', 'dedupe_key'])
      .execute()
    for (const { id, dedupe_key } of inserted) {
      const event = byKey.get(dedupe_key)
      if (event !== undefined) stored.push({ id: String(id), ...event })
    }
  }
  return stored.sort((a, b) => Number(a.id) - Number(b.id))
}

function insertInto(
  database: Kysely<Tables>,
  kind: 'sqlite' | 'postgres',
  rows: readonly NewRow[],
): InsertQueryBuilder<Tables, 'events', InsertResult> {
  const insertion = database.insertInto('events')
  if (kind === 'sqlite') return insertion.values(rows)
  // A list a column, in place of a parameter for each value: PostgreSQL plans the same short statement whatever there is.
  const lists = COLUMNS.map((column) => {
    const values = rows.map((row) => row[column])
    return column === 'sequence' ? sql`${values}::int[]` : sql`${values}::text[]`
  })
  return insertion.columns(COLUMNS).expression(sql`select * from unnest(${sql.join(lists)})`)
}

function toRow(key: string, event: NewEvent): NewRow {
  return {
    dedupe_key: key,
    room_sid: event.roomSid,
    type: event.type,
    at: event.at,
    sequence: event.sequenceNumber,
    identity: event.type === 'unknown' ? (event.parameters['ParticipantIdentity'] ?? null) : toIdentity(event),
    stored_at: new Date().toISOString(),
    event: JSON.stringify(event),
  }
}

function toIdentity(event: NewEvent): string | null {
  return 'identity' in event ? event.identity : null
}
