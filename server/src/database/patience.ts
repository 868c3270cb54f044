import { setTimeout as wait } from 'node:timers/promises'
import { isBusy } from './store-error.ts'

/** How long a database is waited for, in milliseconds. */
export type Patience = {
  /** For a connection to PostgreSQL, and for one of the pool to be free. */
  connectMs: number
  /** For a statement, which PostgreSQL ends by itself after that. */
  statementMs: number
  /** For a PostgreSQL that has stopped answering at all, on top of that. */
  silenceMs: number
  /** For connections in use to come back when the database is closed. */
  closeMs: number
  /** For another process that holds the file of SQLite, by a statement and by a call that opens it. */
  busyMs: number
  /** By a start, for a database that is busy. */
  startMs: number
  /** By a start, before it says that it waits. */
  reportMs: number
}

export const DEFAULT_PATIENCE: Patience = {
  connectMs: 5000,
  statementMs: 8000,
  silenceMs: 2000,
  closeMs: 3000,
  busyMs: 5000,
  startMs: 30_000,
  reportMs: 2000,
}

const MAX_PAUSE_MS = 50

/**
 * Tries again, without blocking anybody, while another process has the database.
 * @param isPassing whether it pays to try again after an error.
 * @throws what the last try threw.
 */
export async function untilFree<T>(
  patienceMs: number,
  attempt: () => T | Promise<T>,
  isPassing: (error: unknown) => boolean = isBusy,
): Promise<T> {
  const endsAt = performance.now() + patienceMs
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return await attempt()
    } catch (error) {
      if (!isPassing(error) || performance.now() >= endsAt) throw error
    }
    // At random, so that those who wait for one another do not come back at the same instant.
    await wait(pauseMs * (0.5 + Math.random()))
  }
}
