import type { Log } from '../core/log.ts'
import { hasCode } from '../core/video-error.ts'
import type { Records } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { TwilioVideo } from '../twilio/video.ts'

/** Forgets, hour by hour, what the records need no longer. */
export type Retention = {
  /** One round, now. Never fails: what could not be done is logged, and done by a later round. */
  sweep(): Promise<void>
  close(): void
}

export type RetentionOptions = {
  store: Store
  twilio: TwilioVideo
  /** How long the records of a room outlive it, in days. */
  days: number
  /** How long events are kept, in days. */
  eventDays: number
  log: Log
  /** Milliseconds since 1970; the clock by default. */
  now?: (() => number) | undefined
}

const FIRST_AFTER_MS = 60_000
const SWEEP_EVERY_MS = 3_600_000

/** Rooms that one round asks Twilio about. */
const ROOMS_A_SWEEP = 50

/**
 * Starts forgetting: expired invitations, old counters, and all about rooms that have been over for `days`, which
 * Twilio is asked about one by one. Where nothing was stored yet, nothing is opened for it.
 */
export function startRetention({ store, twilio, days, eventDays, log, now = Date.now }: RetentionOptions): Retention {
  async function forgetRooms({ pruning }: Records): Promise<void> {
    const before = new Date(now() - days * 86_400_000).toISOString()
    for (const roomSid of await pruning.findOldRooms(before, ROOMS_A_SWEEP)) {
      if (await isLongOver(roomSid, before)) await pruning.forgetRoom(roomSid)
    }
  }

  async function isLongOver(roomSid: string, before: string): Promise<boolean> {
    try {
      const { endedAt } = await twilio.getRoom(roomSid, { priority: 'chore' })
      return endedAt !== null && Date.parse(endedAt) < Date.parse(before)
    } catch (error) {
      // Twilio keeps rooms longer than any call lasts.
      if (hasCode(error, 'ROOM_NOT_FOUND')) return true
      throw error
    }
  }

  async function sweep(): Promise<void> {
    if (!store.isOpen()) return
    try {
      const records = await store.open()
      await records.pruning.pruneExpired(now())
      await records.eventLog.prune(new Date(now() - eventDays * 86_400_000).toISOString())
      await forgetRooms(records)
    } catch (error) {
      log.warn({ err: error }, 'old records could not be deleted; it will be tried again')
    }
  }

  const first = setTimeout(() => void sweep(), FIRST_AFTER_MS).unref()
  const timer = setInterval(() => void sweep(), SWEEP_EVERY_MS).unref()
  return {
    sweep,
    close() {
      clearTimeout(first)
      clearInterval(timer)
    },
  }
}
