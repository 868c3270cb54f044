import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'

/** How far in the log of events those have come who do something about each. */
export type EventCursors = {
  /** The id up to which all is done; where nothing is known yet, that is `initial` from now on. */
  find(name: string, initial: number): Promise<number>
  save(name: string, lastId: number): Promise<void>
}

export function createEventCursors(database: Kysely<Tables>): EventCursors {
  const toRow = (name: string, lastId: number) => ({ name, last_id: lastId, saved_at: new Date().toISOString() })
  return {
    async find(name, initial) {
      await database
        .insertInto('event_cursors')
        .values(toRow(name, initial))
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      const row = await database
        .selectFrom('event_cursors')
        .select('last_id')
        .where('name', '=', name)
        .executeTakeFirstOrThrow()
      return Number(row.last_id)
    },
    async save(name, lastId) {
      await database
        .insertInto('event_cursors')
        .values(toRow(name, lastId))
        .onConflict((conflict) =>
          conflict.column('name').doUpdateSet((eb) => ({
            last_id: eb.ref('excluded.last_id'),
            saved_at: eb.ref('excluded.saved_at'),
          })),
        )
        .execute()
    },
  }
}
