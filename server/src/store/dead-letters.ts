import type { DeadLetter, RoomEvent } from '@roomkey/shared'
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../database/tables.ts'
import { toEvent } from './event-log.ts'
import { readPage, type Order, type Page, type PageRequest } from './page-cursor.ts'

/** Events that could not be forwarded. Only their ids are stored here: the events themselves are in the log. */
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

  return {
    async add(eventId, letter) {
      const row = { event_id: Number(eventId), failed_at: new Date().toISOString(), ...letter }
      await database
        .insertInto('dead_letters')
        .values(row)
        .onConflict((conflict) => conflict.column('event_id').doUpdateSet(row))
        .execute()
    },
    async list(request) {
      const { items, nextCursor } = await readPage(select(), BY_ID, request)
      const letters = items.map(({ failed_at, attempts, error, ...row }) => {
        return { event: toEvent(row), failedAt: failed_at, attempts, error }
      })
      return { items: letters, nextCursor }
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

const BY_ID: Order<{ id: number | string }, [id: number]> = {
  columns: [sql.ref('events.id')],
  direction: 'asc',
  placeSchema: z.tuple([z.int()]),
  placeOf: ({ id }) => [Number(id)],
}
