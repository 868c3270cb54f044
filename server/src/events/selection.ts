import type { FollowedEvent, RoomEventType } from '@roomkey/shared'
import type { FedEvent } from './feed.ts'

/** An entry of a stream, with its JSON, which is made once for all readers. */
export type StreamEntry = { id: string; data: FollowedEvent; json: string }

/** Entries that are sent together; readers with the same selection share the list. */
export type Batch = readonly StreamEntry[]

/** Which types of events a stream tells of. */
export type Selection = {
  types: readonly RoomEventType[] | undefined
  /** The events that are chosen, as one batch: the same for the same list of events. */
  choose(events: readonly FedEvent[]): Batch
}

/** Makes selections; readers of the same types share one. */
export function createSelections(): (types: readonly RoomEventType[] | undefined) => Selection {
  const selections = new Map<string, WeakRef<Selection>>()
  const gone = new FinalizationRegistry<string>((key) => {
    if (selections.get(key)?.deref() === undefined) selections.delete(key)
  })

  return (types) => {
    const key = types === undefined ? '' : [...new Set(types)].sort().join()
    const known = selections.get(key)?.deref()
    if (known !== undefined) return known
    const selection = createSelection(types)
    selections.set(key, new WeakRef(selection))
    gone.register(selection, key)
    return selection
  }
}

function createSelection(types: readonly RoomEventType[] | undefined): Selection {
  const chosen = types && new Set(types)
  const batches = new WeakMap<readonly FedEvent[], Batch>()
  return {
    types,
    choose(events) {
      let batch = batches.get(events)
      if (batch === undefined) {
        const kept = chosen === undefined ? events : events.filter(({ event }) => chosen.has(event.type))
        batches.set(events, (batch = kept.map(({ event, json }) => ({ id: event.id, data: event, json }))))
      }
      return batch
    },
  }
}
