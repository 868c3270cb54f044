import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'

/** How many events named them, and as which participants they were in which room. */
export type Anonymization = { events: number; participants: { roomSid: string; participantSid: string }[] }

/** Events read and written at a time. */
const CHUNK = 500

/**
 * Gives an identity another name in every event that names it: in each room one of its own, made by chance, so that who
 * was there twice can still be told from two who were there once.
 */
export async function anonymizeEvents(
  database: Kysely<Tables>,
  identity: string,
  roomSid: string | undefined,
): Promise<Anonymization> {
  const names = new Map<string, string>()
  const participants = new Map<string, { roomSid: string; participantSid: string }>()
  let events = 0

  for (let after = 0; ;) {
    const rows = await database
      .selectFrom('events')
      .select(['id', 'room_sid', 'event'])
      .where('id', '>', after)
      .where('identity', '=', identity)
      .$if(roomSid !== undefined, (all) => all.where('room_sid', '=', roomSid ?? ''))
      .orderBy('id')
      .limit(CHUNK)
      .execute()
    for (const row of rows) {
      const name = names.get(row.room_sid) ?? `anonymous:${randomBytes(8).toString('hex')}`
      names.set(row.room_sid, name)
      const event = JSON.parse(row.event) as Record<string, unknown>
      const { participantSid } = event
      if (typeof participantSid === 'string') {
        participants.set(participantSid, { roomSid: row.room_sid, participantSid })
      }
      await database
        .updateTable('events')
        .set({ identity: name, event: JSON.stringify(rename(event, identity, name)) })
        .where('id', '=', row.id)
        .execute()
      events++
    }
    if (rows.length < CHUNK) return { events, participants: [...participants.values()] }
    after = Number(rows.at(-1)?.id)
  }
}

/** An event that has no type may name them in any parameter. */
function rename(event: Record<string, unknown>, identity: string, name: string): Record<string, unknown> {
  const renamed = (fields: object) =>
    Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, value === identity ? name : value]))
  if (event['type'] !== 'unknown') return { ...event, identity: name }
  return { ...event, parameters: renamed(event['parameters'] as object) }
}
