import { setTimeout as wait } from 'node:timers/promises'
import type { Redelivery, RoomEvent } from '@roomkey/shared'
import type { WebhookConfig } from '../config/webhook.ts'
import type { Log } from '../core/log.ts'
import type { Store } from '../store/store.ts'
import type { Reactor } from './reactor.ts'
import type { Failure } from './room-queues.ts'
import { createWebhook, type WebhookMessage } from './webhook.ts'

/** Forwards events to the team's own backend. */
export type Forwarding = {
  /**
   * Sends each event until it is taken: of one room one after another, with growing pauses. One that is not taken for
   * hours is put aside, and the next has its turn.
   */
  reactor: Reactor
  /** Sends events once more, now. */
  redeliver(ids: readonly string[], signal: AbortSignal | undefined): Promise<Redelivery>
  close(): void
}

const HOUR_MS = 3_600_000
const FIRST_PAUSE_MS = 1000
const PAUSE_FACTOR = 3

/** Events are read from the log just before they are sent: one that waited could hold a name that was removed since. */
const AT_ONCE = 100

/** After so many failures in a row the receiver is taken to be down, whatever the events are. */
const OUTAGE = 5

/** A redelivery is waited for by its caller. */
const REDELIVERY_MS = 20_000

export function createForwarding(config: WebhookConfig, { store, log }: { store: Store; log: Log }): Forwarding {
  const webhook = createWebhook(config)
  let failures = 0
  let recovery = new AbortController()

  async function send(event: RoomEvent, signal: AbortSignal | undefined): Promise<void> {
    try {
      await webhook.send(toMessage(event), signal)
    } catch (error) {
      signal?.throwIfAborted()
      if (++failures === 1) log.warn({ err: error }, 'an event could not be forwarded; it will be tried again')
      throw error
    }
    // The receiver is back: events whose pauses have grown to hours are sent now.
    if (failures >= OUTAGE) {
      recovery.abort()
      recovery = new AbortController()
    }
    failures = 0
  }

  async function afterFailure(failure: Failure, signal: AbortSignal): Promise<boolean> {
    const { attempts, sinceMs } = failure
    const ms = Math.min(HOUR_MS, FIRST_PAUSE_MS * PAUSE_FACTOR ** (attempts - 1)) * (0.5 + Math.random() / 2)
    if (performance.now() + ms > sinceMs + config.retryHours * HOUR_MS) {
      await giveUp(failure)
      return false
    }
    await wait(ms, undefined, { signal: AbortSignal.any([signal, recovery.signal]), ref: false }).catch(() => {})
    return true
  }

  async function giveUp({ event, attempts, error }: Failure): Promise<void> {
    const { deadLetters } = await store.open()
    await deadLetters.add(event.id, { attempts, error: toText(error) })
    const fields = { err: error, eventId: event.id, roomSid: event.roomSid, attempts }
    log.error(fields, 'an event was not taken by EVENTS_WEBHOOK_URL and is put aside: see events.deadLetters')
  }

  return {
    reactor: { name: 'forward', react: send, atOnce: AT_ONCE, afterFailure },
    async redeliver(ids, signal) {
      const { deadLetters } = await store.open()
      const deadline = AbortSignal.timeout(REDELIVERY_MS)
      const result: Redelivery = { delivered: [], failed: [] }
      for (const id of [...ids].sort((a, b) => Number(a) - Number(b))) {
        try {
          // Read just now, since sending those before it took time.
          const event = await deadLetters.find(id)
          if (event === undefined) throw new RangeError('it is no dead letter, or no longer')
          await send(event, signal === undefined ? deadline : AbortSignal.any([signal, deadline]))
          await deadLetters.remove(id)
          result.delivered.push(id)
        } catch (error) {
          signal?.throwIfAborted()
          result.failed.push({ id, error: deadline.aborted ? 'there was no time left; call again' : toText(error) })
        }
      }
      return result
    },
    close: () => webhook.close(),
  }
}

/** `id` is the event's own, so that a receiver can tell what it has had; the rest is as the API has it. */
function toMessage(event: RoomEvent): WebhookMessage {
  return { id: `evt_${event.id}`, type: event.type, timestamp: event.at, data: event }
}

function toText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
