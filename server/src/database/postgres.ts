import { setTimeout as wait } from 'node:timers/promises'
import { PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { VideoError } from '../core/video-error.ts'
import { isVideoError } from '../core/video-error.ts'
import { storeUnavailable, toStoreError } from './store-error.ts'

/** For a connection, and for one of the pool to be free. */
const CONNECT_TIMEOUT_MS = 5000
const STATEMENT_TIMEOUT_MS = 8000
/** PostgreSQL ends late statements by itself; this is for one that has stopped answering at all. */
const SILENCE_TIMEOUT_MS = 2000
const CLOSE_TIMEOUT_MS = 3000

export type PostgresOptions = {
  /** Hears of errors outside any query, such as a lost idle connection. */
  onError: (error: Error) => void
  /** Default 10. */
  maxConnections?: number
  /** Default 8 s. */
  statementTimeoutMs?: number
}

/** Kysely's PostgreSQL dialect over a pool of connections, each wait bounded. */
export function createPostgresDialect(
  url: string,
  { onError, maxConnections = 10, statementTimeoutMs = STATEMENT_TIMEOUT_MS }: PostgresOptions,
): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + SILENCE_TIMEOUT_MS,
    // A server that freezes in a transaction must not hold the others up for ever.
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'roomkey',
  })
  // A connection that breaks is replaced at the next query; unheard, its error would end the process. The pool hears
  // those of idle connections only.
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  return new PostgresDialect({ pool: guardPool(pool) })
}

/** Whatever keeps PostgreSQL from doing its part becomes `STORE_UNAVAILABLE`. */
function guardPool(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    async connect() {
      try {
        return guardClient(await pool.connect())
      } catch (error) {
        throw storeUnavailable(error)
      }
    },
    async end() {
      // A connection in use is waited for, unless PostgreSQL has stopped answering.
      await Promise.race([pool.end(), wait(CLOSE_TIMEOUT_MS, undefined, { ref: false })])
    },
  }
}

/** A connection that failed once is given up: it may still wait for an answer that never comes. */
function guardClient(client: pg.PoolClient): PostgresPoolClient {
  let failure: VideoError | undefined

  async function query(text: string, parameters: readonly unknown[]): Promise<pg.QueryResult> {
    // Such as a rollback, which would wait as long again.
    if (failure !== undefined) throw failure
    try {
      return await client.query(text, [...parameters])
    } catch (thrown) {
      const error = toStoreError(thrown)
      if (isVideoError(error)) failure = error
      throw error
    }
  }

  return {
    // Kysely asks for cursors only where it was given a class of them.
    query: query as unknown as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy === true || failure !== undefined),
  }
}
