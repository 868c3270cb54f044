import { setTimeout as wait } from 'node:timers/promises'
import { PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely'
import pg from 'pg'
import type { VideoError } from '../core/video-error.ts'
import { isVideoError } from '../core/video-error.ts'
import { DEFAULT_PATIENCE, type Patience } from './patience.ts'
import { storeUnavailable, toStoreError } from './store-error.ts'

export type PostgresOptions = {
  /** Hears of errors outside any query, such as a lost idle connection. */
  onError: (error: Error) => void
  /** Default 10. */
  maxConnections?: number
  patience?: Patience
}

/** Kysely's PostgreSQL dialect over a pool of connections, each wait bounded. */
export function createPostgresDialect(
  url: string,
  { onError, maxConnections = 10, patience = DEFAULT_PATIENCE }: PostgresOptions,
): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: patience.connectMs,
    statement_timeout: patience.statementMs,
    query_timeout: patience.statementMs + patience.silenceMs,
    // A server that freezes in a transaction must not hold the others up for ever.
    idle_in_transaction_session_timeout: patience.statementMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'roomkey',
  })
  // A connection that breaks is replaced at the next query; unheard, its error would end the process. The pool tells once
  // more of those of idle connections.
  pool.on('connect', (client) => client.on('error', onError))
  pool.on('error', () => undefined)
  return new PostgresDialect({ pool: guardPool(pool, patience.closeMs) })
}

/** Whatever keeps PostgreSQL from doing its part becomes `STORE_UNAVAILABLE`. */
function guardPool(pool: pg.Pool, closeMs: number): PostgresPool {
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
      await Promise.race([pool.end(), wait(closeMs, undefined, { ref: false })])
    },
  }
}

/** A connection that failed once is given up: it may still wait for a response that never comes. */
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
