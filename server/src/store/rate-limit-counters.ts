import { sql, type Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'

/** Counters that all servers on one database share. */
export type RateLimitCounters = {
  /** Adds to the counter of a bucket in the window that began at `windowStart` (ms since 1970), and returns its new value. */
  add(bucket: string, windowStart: number, amount: number): Promise<number>
}

export function createRateLimitCounters(database: Kysely<Tables>): RateLimitCounters {
  return {
    async add(bucket, window_start, amount) {
      const { count } = await database
        .insertInto('attempts')
        .values({ bucket, window_start, count: amount })
        .onConflict((conflict) =>
          conflict.column('bucket').doUpdateSet({
            count: sql<number>`case when attempts.window_start = excluded.window_start
              then attempts.count + excluded.count else excluded.count end`,
            window_start: (eb) => eb.ref('excluded.window_start'),
          }),
        )
        .returning('count')
        .executeTakeFirstOrThrow()
      return count
    },
  }
}
