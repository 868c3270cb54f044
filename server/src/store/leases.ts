import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Tables } from '../database/tables.ts'

/** Who does what only one of several servers is to do. A lease that its holder does not renew passes to another. */
export type Leases = {
  /** Takes or renews a lease for `ms`; `false`: another has it. */
  take(name: string, holder: string, ms: number): Promise<boolean>
  /** Gives it back. */
  release(name: string, holder: string): Promise<void>
}

export function createLeases(database: Kysely<Tables>, kind: 'sqlite' | 'postgres'): Leases {
  // By the database's clock: those of the servers may differ.
  const inMs = (ms: number): RawBuilder<number> =>
    kind === 'sqlite'
      ? sql`${Date.now() + ms}`
      : sql`(extract(epoch from clock_timestamp()) * 1000 + ${ms}::int)::bigint`

  return {
    async take(name, holder, ms) {
      const row = await database
        .insertInto('leases')
        .values({ name, holder, until: inMs(ms) })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, until: inMs(ms) })
            .where((eb) => eb.or([eb('leases.holder', '=', holder), eb('leases.until', '<', inMs(0))])),
        )
        .returning('holder')
        .executeTakeFirst()
      return row !== undefined
    },
    async release(name, holder) {
      await database.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute()
    },
  }
}
