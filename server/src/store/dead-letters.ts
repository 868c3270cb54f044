import type { RoomEvent } from '@roomkey/shared'
import type { Kysely } from 'kysely'
import { invalidField } from '../core/video-error.ts'
import type { Tables } from '../database/tables.ts'
import { toEvent } from './event-log.ts'
import type { Page, PageRequest } from './page-cursor.ts'

/** An event that could not be forwarded, and why not. */
export type DeadLetter = { event: RoomEvent; failedAt: string; attempts: number; error: string }

/** Events that could not be forwarded. What they say stays in the log of events alone, and goes with it. */
export type DeadLetters = {
  add(eventId: string, letter: Pick<DeadLetter, 'attempts' | 'error'>): Promise<void>
  /** In the order of ids. @throws VideoError `INVALID_INPUT`: the cursor. */
  list(request: PageRequest): Promise<Page<DeadLetter>>
  /** The event, if there is a dead letter of it. */
  find(eventId: string): Promise<RoomEvent | undefined>
  remove(eventId: string): Promise<void>
}

export function createDeadLetters(database: Kysely<Tables>): DeadLetters {
  const select = () =>
    database
      .selectFrom('dead_letters')
      .innerJoin('events', 'events.id', 'dead_letters.event_id')
      .select(['events.id', 'events.event', 'dead_letters.failed_at', 'dead_letters.attempts', 'dead_letters.error'])
      .orderBy('events.id')

  return {
    async add(eventId, letter) {
      const row = { event_id: Number(eventId), failed_at: new Date().toISOString(), ...letter }
      await database
        .insertInto('dead_letters')
        .values(row)
        .onConflict((conflict) => conflict.column('event_id').doUpdateSet(row))
        .execute()
    },
    async list({ limit, cursor }) {
      if (cursor !== undefined && !/^\d{1,16}$/.test(cursor)) {
        throw invalidField('cursor', 'not a cursor of this list: pass nextCursor as it came')
      }
      const rows = await select()
        .where('events.id', '>', Number(cursor ?? 0))
        .limit(limit + 1)
        .execute()
      const items = rows
        .slice(0, limit)
        .map(({ failed_at: failedAt, attempts, error, ...row }) => ({ event: toEvent(row), failedAt, attempts, error }))
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.event.id ?? null) : null }
    },
    async find(eventId) {
      const row = await select().where('events.id', '=', Number(eventId)).executeTakeFirst()
      return row && toEvent(row)
    },
    async remove(eventId) {
      await database.deleteFrom('dead_letters').where('event_id', '=', Number(eventId)).execute()
    },
  }
}
