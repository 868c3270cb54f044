import type { CallbackResponse } from './attempt.ts'
import type { CallbackFault } from './fault.ts'
import { matchesFilter, type CallbackFilter } from './filter.ts'
import type { CallbackRequest } from './request.ts'
import type { CallbackTarget, Failure } from './target.ts'

/** One attempt to deliver a callback. */
export type CallbackAttempt = {
  /** When it began, on the emulator's clock: ISO 8601. */
  at: string
  /** How long it took, whatever that clock shows. */
  durationMs: number
  /** `null` when there was none in time. */
  response: CallbackResponse | null
  /** Why Twilio would count it as failed; `null` when it was taken. */
  failure: Failure | null
  detail: string | null
}

/**
 * `waiting` until it is sent, also while a fault holds it back; `sending`; then `delivered` (any status below 400),
 * `failed` (given up), or `dropped` (by a fault, or by the emulator's end).
 */
export const DELIVERY_STATUSES = ['waiting', 'sending', 'delivered', 'failed', 'dropped'] as const
/** One of {@link DELIVERY_STATUSES}. */
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

/** One status callback and what became of it. */
export type CallbackDelivery = {
  /** Numbers them in the order of what they report. */
  readonly id: string
  /** Twilio's parameters, by name: `StatusCallbackEvent`, `RoomSid` and what else the event has. */
  readonly parameters: Readonly<Record<string, string>>
  /** As it goes over the wire, corrupted or not. */
  readonly request: Readonly<CallbackRequest>
  readonly status: DeliveryStatus
  readonly attempts: readonly CallbackAttempt[]
  /** What was made to go wrong, if anything was. */
  readonly fault: CallbackFault | null
  /** The delivery that this is a copy or a repetition of, if it is one. */
  readonly copyOf: string | null
}

/** A delivery as its sender knows it. */
export type Parcel = { -readonly [TKey in keyof CallbackDelivery]: CallbackDelivery[TKey] } & {
  attempts: CallbackAttempt[]
  readonly target: CallbackTarget
}

/** Which deliveries: as for callbacks, and by what became of them. */
export type DeliveryFilter = CallbackFilter & { status?: DeliveryStatus | undefined }

/** The newest deliveries, so many that no test misses one, and no more. */
export type DeliveryLog = {
  add(parcel: Omit<Parcel, 'id' | 'status' | 'attempts'>): Parcel
  /** Sets the status of a delivery; resolves the waits that match it. */
  update(parcel: Parcel, status: DeliveryStatus): void
  find(id: string): Parcel | undefined
  /** Oldest first. */
  list(filter?: DeliveryFilter): CallbackDelivery[]
  /** The first that matches and has ended, now or later. @throws Error when there is none in time */
  wait(filter: DeliveryFilter, timeoutMs: number): Promise<CallbackDelivery>
  clear(): void
}

const MAX_DELIVERIES = 2000

export function createDeliveryLog(): DeliveryLog {
  const parcels = new Map<string, Parcel>()
  const waiters = new Set<(parcel: Parcel) => void>()
  let lastId = 0

  const isWanted = (filter: DeliveryFilter, { parameters, status }: Parcel): boolean =>
    matchesFilter(filter, parameters) && (filter.status === undefined || filter.status === status)
  const hasEnded = ({ status }: Parcel): boolean => status !== 'waiting' && status !== 'sending'

  return {
    add(parcel) {
      const added: Parcel = { ...parcel, id: String(++lastId), status: 'waiting', attempts: [] }
      parcels.set(added.id, added)
      if (parcels.size > MAX_DELIVERIES) parcels.delete(parcels.keys().next().value as string)
      return added
    },
    update(parcel, status) {
      parcel.status = status
      if (hasEnded(parcel)) for (const waiter of waiters) waiter(parcel)
    },
    find: (id) => parcels.get(id),
    list: (filter = {}) => [...parcels.values()].filter((parcel) => isWanted(filter, parcel)).map(toDelivery),
    wait(filter, timeoutMs) {
      const found = [...parcels.values()].find((parcel) => hasEnded(parcel) && isWanted(filter, parcel))
      if (found !== undefined) return Promise.resolve(toDelivery(found))
      return new Promise((resolve, reject) => {
        const stop = (): void => {
          clearTimeout(timer)
          waiters.delete(waiter)
        }
        const waiter = (parcel: Parcel): void => {
          if (!isWanted(filter, parcel)) return
          stop()
          resolve(toDelivery(parcel))
        }
        const timer = setTimeout(() => {
          stop()
          reject(new Error(`No callback ${JSON.stringify(filter)} within ${timeoutMs} ms: ${summarize(parcels)}`))
        }, timeoutMs)
        waiters.add(waiter)
      })
    },
    clear: () => parcels.clear(),
  }
}

/** A copy: what was handed out does not change any more. */
export function toDelivery({ id, parameters, request, status, attempts, fault, copyOf }: Parcel): CallbackDelivery {
  return { id, parameters, request, status, attempts: [...attempts], fault, copyOf }
}

function summarize(parcels: Map<string, Parcel>): string {
  const last = [...parcels.values()].slice(-20)
  const words = last.map(({ parameters, status }) => `${parameters['StatusCallbackEvent']} ${status}`)
  return words.length === 0 ? 'there was none at all' : `the last were ${words.join(', ')}`
}
