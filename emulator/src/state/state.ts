import type { Clock } from '../clock.ts'
import { createSid, type SidPrefix } from '../sid.ts'
import type { Change, ChangeListener } from './change.ts'
import { cancelTimers, type CallbackMethod, type Participant, type Recording, type Room } from './entities.ts'

/** How long the past is remembered, in records. The oldest are forgotten first. */
export type Retention = {
  /** Rooms that are over. Default 500. */
  completedRooms: number
  /** Participants who have left, in all rooms together. Default 5000. */
  disconnectedParticipants: number
  /** Recordings that are completed or deleted. Default 5000. */
  recordings: number
}

export type StateOptions = {
  clock: Clock
  accountSid: string
  /** Whether entering an unknown name makes the room. Default true. */
  adHocRooms?: boolean
  /** Where the changes of ad-hoc rooms are reported. Default nowhere. */
  statusCallback?: { url: string; method?: CallbackMethod } | null
  retention?: Partial<Retention>
  /** Default: random SIDs. */
  createSid?: (prefix: SidPrefix) => string
  /** Called when a listener throws; the change stands and the other listeners are still called. Default: rethrown later. */
  reportError?: (error: unknown) => void
}

/**
 * All that exists in one emulator: rooms, with the participants and tracks in them. It holds and finds; what changes
 * it are the named functions beside this file.
 */
export type State = {
  readonly clock: Clock
  readonly accountSid: string
  readonly adHocRooms: boolean
  readonly statusCallback: { url: string; method: CallbackMethod } | null
  /** Rooms by SID, oldest first. */
  readonly rooms: Map<string, Room>
  /** Rooms in progress by name. */
  readonly roomsByName: Map<string, Room>
  /** Recordings by SID, oldest first. */
  readonly recordings: Map<string, Recording>
  /** Calls the listener synchronously with every change, in order. Returns a function that stops it. */
  onChange(listener: ChangeListener): () => void
  /** @internal */
  announce(change: Change): void
  /** @internal */
  createSid(prefix: SidPrefix): string
  /** @internal The next number of the one sequence that orders all entities. */
  nextOrdinal(): number
  /** @internal */
  readonly retention: Readonly<Retention>
  /** @internal What may be forgotten, oldest first. */
  readonly past: { rooms: Set<Room>; participants: Set<Participant>; recordings: Set<Recording> }
}

export function createState(options: StateOptions): State {
  const listeners = new Set<ChangeListener>()
  const reportError = options.reportError ?? rethrowLater
  const queue: Change[] = []
  let ordinal = 0

  return {
    clock: options.clock,
    accountSid: options.accountSid,
    adHocRooms: options.adHocRooms ?? true,
    statusCallback: options.statusCallback ? { method: 'POST', ...options.statusCallback } : null,
    rooms: new Map(),
    roomsByName: new Map(),
    recordings: new Map(),
    retention: { completedRooms: 500, disconnectedParticipants: 5000, recordings: 5000, ...options.retention },
    past: { rooms: new Set(), participants: new Set(), recordings: new Set() },
    createSid: options.createSid ?? createSid,
    nextOrdinal: () => ++ordinal,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    announce(change) {
      queue.push(change)
      // A listener that changes the state in turn: its change waits until all have been called with this one.
      if (queue.length > 1) return
      for (let next: Change | undefined = change; next !== undefined; next = queue[0]) {
        for (const listener of listeners) {
          try {
            listener(next)
          } catch (error) {
            reportError(error)
          }
        }
        queue.shift()
      }
    },
  }
}

/** Forgets everything, timers included; sends no status callback, and announces `reset` to the listeners. */
export function resetState(state: State): void {
  for (const room of state.rooms.values()) {
    cancelTimers(room.timers)
    for (const participant of room.connected.values()) cancelTimers(participant.timers)
  }
  state.rooms.clear()
  state.roomsByName.clear()
  state.recordings.clear()
  state.past.rooms.clear()
  state.past.participants.clear()
  state.past.recordings.clear()
  state.announce({ type: 'reset' })
}

function rethrowLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
