import type { AuditEntry } from '@roomkey/shared'

/**
 * Refusals, one entry for all of one caller, action and outcome within a minute: whoever floods the server with calls
 * that are refused writes a line a minute, not one a call.
 */
export type RefusalCounts = {
  /** Counts a refusal. */
  add(entry: AuditEntry): void
  hasChanged(): boolean
  /** The entries that are new or have grown since they were last taken. */
  takeChanged(): AuditEntry[]
  /** Gives back what was taken and could not be stored. */
  putBack(entries: readonly AuditEntry[]): void
  /** Ends the minute early. */
  close(): void
}

/** Refusals of more callers in one minute are counted without their names: memory stays bounded. */
const MAX_COUNTED = 10_000

/** Entries that may wait to be taken; beyond, what is new is logged only. */
const MAX_CHANGED = 20_000

const MINUTE_MS = 60_000

/** @param log is called with each new entry, and with its final count when its minute is over. */
export function createRefusalCounts(log: (entry: AuditEntry) => void): RefusalCounts {
  // Emptied every minute.
  let counted = new Map<string, AuditEntry>()
  let changed = new Set<AuditEntry>()
  let timer: NodeJS.Timeout | undefined

  function endMinute(): void {
    clearTimeout(timer)
    timer = undefined
    const ended = counted
    counted = new Map()
    for (const entry of ended.values()) if ((entry.count ?? 1) > 1) log(entry)
  }

  function open(key: string, entry: AuditEntry): void {
    // By the clock, so that entries of several servers fall into the same minutes.
    timer ??= setTimeout(endMinute, MINUTE_MS - (Date.now() % MINUTE_MS)).unref()
    counted.set(key, entry)
    log(entry)
    if (changed.size < MAX_CHANGED) changed.add(entry)
  }

  return {
    add(entry) {
      const key = toKey(entry)
      const isOneTooMany = counted.size >= MAX_COUNTED && !counted.has(key)
      const named = isOneTooMany ? { ...entry, caller: null } : entry
      const known = counted.get(isOneTooMany ? toKey(named) : key)
      if (known === undefined) return open(toKey(named), named)
      known.count = (known.count ?? 1) + 1
      changed.add(known)
    },
    hasChanged: () => changed.size > 0,
    takeChanged() {
      const entries = [...changed]
      changed = new Set()
      return entries
    },
    putBack(entries) {
      for (const entry of entries) changed.add(entry)
    },
    close: endMinute,
  }
}

function toKey({ callerKind, caller, action, outcome }: AuditEntry): string {
  return JSON.stringify([callerKind, caller, action, outcome])
}
