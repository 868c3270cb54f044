import type { Kysely } from 'kysely'
import { LruMap } from '../core/lru-map.ts'
import type { Tables } from '../database/tables.ts'

/** What the team's sign-in calls its users, for others in a room to see. Only a verified sign-in writes here. */
export type UserNames = {
  /** Writes once a day, and when the name is another. `now` in ms since 1970. */
  remember(identity: string, name: string, now: number): Promise<void>
  /** The names of those that have one, by identity. */
  find(identities: readonly string[]): Promise<ReadonlyMap<string, string>>
  forget(identity: string): Promise<void>
}

const DAY_MS = 86_400_000
const MAX_REMEMBERED = 10_000

export function createUserNames(database: Kysely<Tables>): UserNames {
  /** What was written lately, so that a token costs no writing. */
  const written = new LruMap<string>(MAX_REMEMBERED)

  return {
    async remember(identity, name, now) {
      const seen = `${Math.floor(now / DAY_MS)} ${name}`
      if (written.get(identity) === seen) return
      const seenAt = new Date(now).toISOString()
      await database
        .insertInto('user_names')
        .values({ identity, name, seen_at: seenAt })
        .onConflict((conflict) => conflict.column('identity').doUpdateSet({ name, seen_at: seenAt }))
        .execute()
      written.set(identity, seen)
    },
    async find(identities) {
      if (identities.length === 0) return new Map()
      const rows = await database
        .selectFrom('user_names')
        .select(['identity', 'name'])
        .where('identity', 'in', [...new Set(identities)])
        .execute()
      return new Map(rows.map(({ identity, name }) => [identity, name]))
    },
    async forget(identity) {
      written.delete(identity)
      await database.deleteFrom('user_names').where('identity', '=', identity).execute()
    },
  }
}
