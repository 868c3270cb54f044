import type { Change, Room, State } from '../state/index.ts'
import { createDeliveryLog, toDelivery, type CallbackDelivery, type DeliveryFilter, type Parcel } from './delivery.ts'
import { callbackEvents, type CallbackEvent } from './event.ts'
import { activateFault, type ActiveFault, type CallbackFault } from './fault.ts'
import { corruptRequest, formatRequest } from './request.ts'
import { createSender } from './sender.ts'
import { parseCallbackTarget } from './target.ts'

export type CallbackOptions = {
  state: State
  /** Signs what is sent. */
  authToken: string
  /** Called for each callback that was given up. */
  warn: (message: string) => void
}

export type Callbacks = {
  disturb(fault: CallbackFault): void
  calm(): void
  faults(): CallbackFault[]
  deliveries(filter?: DeliveryFilter): CallbackDelivery[]
  waitFor(filter?: DeliveryFilter & { timeoutMs?: number | undefined }): Promise<CallbackDelivery>
  /** `undefined` when there is no delivery of that id, or no longer. */
  redeliver(id: string): Promise<CallbackDelivery> | undefined
  /** Sends no more and gives up what is under way. */
  close(): Promise<void>
}

const WAIT_MS = 10_000

/**
 * Reports changes of the state to the rooms' status callbacks, as Twilio does: signed, unordered, each on its own, and
 * repeated only when no connection could be made (or as the URL's fragment asks). The state never waits for it. Faults
 * are for those who want to see what their app makes of them.
 * Source: Twilio "Status Callbacks", "Webhooks Security", "Connection Overrides".
 */
export function createCallbacks({ state, authToken, warn }: CallbackOptions): Callbacks {
  const sequences = new WeakMap<Room, number>()
  const log = createDeliveryLog()
  const sender = createSender({ clock: state.clock, log, warn })
  const faults: ActiveFault[] = []
  const heldBack = new Map<ActiveFault, Parcel[]>()

  const stopListening = state.onChange((change: Change) => {
    if (change.type === 'reset') return reset()
    for (const event of callbackEvents(change)) report(event)
  })

  function report({ room, event, parameters }: CallbackEvent): void {
    const { statusCallback, statusCallbackMethod } = room.settings
    if (statusCallback === null) return
    if (sender.isFull()) return warn(`${event} of ${room.sid}: too many are waiting`)
    const sequence = sequences.get(room) ?? 0
    sequences.set(room, sequence + 1)
    const form = {
      AccountSid: room.accountSid,
      RoomSid: room.sid,
      RoomName: room.name,
      RoomType: room.settings.type,
      StatusCallbackEvent: event,
      Timestamp: new Date(state.clock.now()).toISOString(),
      SequenceNumber: String(sequence),
      ...parameters,
    }
    const target = parseCallbackTarget(statusCallback)
    const request = formatRequest(target, statusCallbackMethod, form, authToken)
    const active = faults.find((one) => one.befalls(form))
    const { fault = null } = active ?? {}
    const parcel = { parameters: form, request, target, fault, copyOf: null }
    if (active === undefined) void sender.send(log.add(parcel))
    else disturbOne(active, parcel)
  }

  function disturbOne(active: ActiveFault, callback: Parameters<typeof log.add>[0]): void {
    const { drop, delayMs = 0, copies = 0, reorder, corrupt } = active.fault
    const { request } = callback
    if (active.isSpent()) faults.splice(faults.indexOf(active), 1)
    const parcel = log.add({ ...callback, request: corrupt ? corruptRequest(request, corrupt) : request })
    if (drop) return log.update(parcel, 'dropped')
    const parcels = [parcel, ...Array.from({ length: copies }, () => log.add({ ...parcel, copyOf: parcel.id }))]
    if (reorder === undefined) return sender.sendLater(parcels, { delayMs, inTurn: false })
    const held = [...(heldBack.get(active) ?? []), ...parcels]
    heldBack.set(active, held)
    if (active.isSpent() || held.length >= reorder * (copies + 1)) release(active)
  }

  function release(active: ActiveFault): void {
    const held = heldBack.get(active) ?? []
    heldBack.delete(active)
    sender.sendLater(held.toReversed(), { delayMs: active.fault.delayMs ?? 0, inTurn: true })
  }

  function calm(): void {
    faults.length = 0
    for (const active of heldBack.keys()) release(active)
  }

  function reset(): void {
    faults.length = 0
    heldBack.clear()
    sender.drop()
    log.clear()
  }

  return {
    disturb: (fault) => void faults.push(activateFault(fault)),
    calm,
    faults: () => faults.map(({ fault }) => fault),
    deliveries: (filter) => log.list(filter),
    waitFor: ({ timeoutMs = WAIT_MS, ...filter } = {}) => log.wait(filter, timeoutMs),
    redeliver(id) {
      const parcel = log.find(id)
      if (parcel === undefined) return undefined
      const again = log.add({ ...parcel, fault: null, copyOf: id })
      return sender.send(again).then(() => toDelivery(again))
    },
    async close() {
      stopListening()
      heldBack.clear()
      await sender.close()
    },
  }
}
