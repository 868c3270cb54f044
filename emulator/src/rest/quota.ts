import type { FastifyRequest } from 'fastify'
import type { Clock } from '../clock.ts'
import { TwilioError } from '../errors.ts'

/** What an account may ask in any second. */
export type Quota = { readsPerSecond: number; writesPerSecond: number }

/** Twilio's own. Source: Twilio "Programmable Video Limits". */
export const TWILIO_QUOTA: Quota = { readsPerSecond: 80, writesPerSecond: 20 }

/** Refuses what is more than the quota, before anything comes of it. @throws TwilioError 20429 */
export function createQuotaCheck({ readsPerSecond, writesPerSecond }: Quota, clock: Clock) {
  const takeRead = createWindow(readsPerSecond, clock)
  const takeWrite = createWindow(writesPerSecond, clock)
  return async ({ method }: FastifyRequest): Promise<void> => {
    const isRead = method === 'GET' || method === 'HEAD'
    if (!(isRead ? takeRead() : takeWrite())) throw new TwilioError(20429)
  }
}

/** Whether there is room for one more in the last second. */
function createWindow(limit: number, clock: Clock): () => boolean {
  const taken: number[] = []
  return () => {
    const now = clock.now()
    while (taken[0] !== undefined && taken[0] <= now - 1000) taken.shift()
    if (taken.length >= limit) return false
    taken.push(now)
    return true
  }
}
