import { PostgresDialect } from 'kysely'
import pg from 'pg'

/** Kysely's PostgreSQL dialect over a pool of at most ten connections, each wait bounded. */
export function createPostgresDialect(url: string, onError: (error: Error) => void): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5000,
    statement_timeout: 10_000,
    application_name: 'roomkey',
  })
  // A connection that breaks is replaced at the next query; unheard, its error would end the process. The pool hears
  // those of idle connections only.
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  return new PostgresDialect({ pool })
}
