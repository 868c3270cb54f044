import { afterAll, beforeAll } from 'vitest'
import { startPostgres, type Postgres } from '../access/postgres.ts'

/** A place for records, and the environment of a server that starts there with none. */
export type StoreCase = { name: string; env: () => Promise<Record<string, string>> }

/** Both kinds of store, for a file whose tests hold on both; PostgreSQL runs as long as the file does. */
export function startStores(): { stores: StoreCase[] } {
  let postgres: Postgres | undefined
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 120_000)
  afterAll(() => postgres?.[Symbol.asyncDispose]())

  async function createDatabase(): Promise<Record<string, string>> {
    if (postgres === undefined) throw new Error('PostgreSQL has not started')
    return { DATABASE_URL: await postgres.createDatabase() }
  }

  return {
    stores: [
      { name: 'SQLite', env: async () => ({ DATA_DIR: ':memory:' }) },
      { name: 'PostgreSQL', env: createDatabase },
    ],
  }
}
