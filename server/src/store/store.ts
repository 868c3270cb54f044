import type { Records } from './records.ts'

/** Where Roomkey keeps what it must remember: nowhere (gone with the process), a directory, or a PostgreSQL database. */
export type StoreLocation = { kind: 'memory' } | { kind: 'directory'; path: string } | { kind: 'postgres'; url: string }

/** The store, opened (and migrated) by the first call that needs it, so that a server starts without waiting for it. */
export type Store = {
  location: StoreLocation
  /** The records, opening the database first if need be. A failed opening is tried again by the next call. */
  open(): Promise<Records>
  /** Whether nothing can have been stored: a memory store that was never opened. Spares the first calls an opening. */
  isUntouched(): boolean
  /** Whether anybody may be banned; `false` only when this process would know. */
  mayHoldBans(): boolean
  close(): Promise<void>
}

/** Creates the store of a server. `onError` hears of faults outside any call, such as a lost idle connection. */
export function createStore(location: StoreLocation, onError: (error: Error) => void): Store {
  let opening: Promise<Records> | undefined
  let records: Records | undefined

  async function openRecords(): Promise<Records> {
    const module = await import('./records.ts')
    return module.openRecords(location, onError)
  }

  return {
    location,
    async open() {
      if (records !== undefined) return records
      opening ??= openRecords()
      try {
        records = await opening
        return records
      } catch (error) {
        opening = undefined
        throw error
      }
    },
    isUntouched: () => location.kind === 'memory' && opening === undefined,
    mayHoldBans: () => location.kind !== 'memory' || (records?.bans.heardOf() ?? opening !== undefined),
    async close() {
      const opened = await opening?.catch(() => undefined)
      opening = undefined
      records = undefined
      await opened?.close()
    },
  }
}
