import { setTimeout as wait } from 'node:timers/promises'
import { isBusy } from './store-error.ts'

const MAX_PAUSE_MS = 50

/**
 * Tries again, without blocking anybody, while another process has the database.
 * @throws what the last try threw.
 */
export async function untilFree<T>(patienceMs: number, attempt: () => T | Promise<T>): Promise<T> {
  const endsAt = performance.now() + patienceMs
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return await attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= endsAt) throw error
    }
    // At random, so that those who wait for one another do not come back at the same instant.
    await wait(pauseMs * (0.5 + Math.random()))
  }
}
