import type { RoomEvent, RoomEventType } from '@roomkey/shared'
import type { Calls } from '../../calls.ts'
import { isTransient, toRoomkeyError, type RoomkeyError } from '../../errors.ts'
import { createStore, type Store } from '../store.ts'

/**
 * What is known of a room by following it. `live`: what was before is known, and what happens is heard; `reconnecting`:
 * it could not be followed, and is tried again.
 */
export type Followed<TValue> = {
  status: 'idle' | 'loading' | 'live' | 'reconnecting' | 'failed'
  value: TValue
  /** Events up to this id that were not seen are gone, having been kept for long enough. */
  prunedUpTo: string | null
  /** Why it is not followed. */
  error: RoomkeyError | null
}

/** Something that is followed while somebody looks. */
export type EventReader<TValue> = Store<Followed<TValue>>

/** What is followed, and what becomes of the value with each event. */
export type Reading<TValue> = {
  rooms: Pick<Calls['rooms'], 'events' | 'presence'>
  sid: string
  types?: RoomEventType[] | undefined
  initial: TValue
  /** Where it begins: a value, and the event that it is as of. Without: the value as it is, from `lastEventId` on. */
  start?: (signal: AbortSignal) => Promise<{ value: TValue; lastEventId: string }>
  lastEventId?: string | undefined
  reduce: (value: TValue, event: RoomEvent) => TValue
}

/** The pause before a room is followed again: a request has been tried more than once by then. */
const RETRY_MS = 2_000

/** Follows a room from its first subscriber to its last. */
export function createEventReader<TValue>(reading: Reading<TValue>): EventReader<TValue> {
  const { rooms, sid, types, initial, start, reduce } = reading
  const loading: Followed<TValue> = { status: 'loading', value: initial, prunedUpTo: null, error: null }
  let following: AbortController | undefined
  let { lastEventId } = reading
  const store = createStore(loading, {
    open() {
      following = new AbortController()
      void follow(following.signal)
    },
    close: () => following?.abort(),
  })
  return store

  async function follow(signal: AbortSignal): Promise<void> {
    try {
      if (start !== undefined) {
        const begun = await start(signal)
        lastEventId = begun.lastEventId
        set({ status: 'live', value: begun.value, error: null })
      }
      const onInterrupted = () => set({ status: 'reconnecting' })
      for await (const event of rooms.events({ sid, lastEventId, types }, { signal, onInterrupted })) {
        if (signal.aborted) return
        lastEventId = event.id
        if (event.type === 'caught-up') set({ status: 'live', error: null })
        else if (event.type !== 'events-pruned') set({ value: reduce(store.state().value, event) })
        else if (start === undefined) set({ prunedUpTo: event.id })
        else {
          // What is known is worth nothing, since what followed it is gone.
          setTimeout(follow, 0, signal)
          return
        }
      }
    } catch (caught) {
      if (signal.aborted) return
      const error = toRoomkeyError(caught)
      const comesBack = isTransient(error)
      set({ status: comesBack ? 'reconnecting' : 'failed', error })
      if (comesBack) setTimeout(follow, RETRY_MS, signal)
    }
  }

  function set(change: Partial<Followed<TValue>>): void {
    store.set({ ...store.state(), ...change })
  }
}

/** What a hook has before it follows anything. */
export function idleReader<TValue>(value: TValue): EventReader<TValue> {
  const state: Followed<TValue> = { status: 'idle', value, prunedUpTo: null, error: null }
  return { state: () => state, subscribe: () => () => undefined }
}
