import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import type { Records } from './records.ts'

/** Where Roomkey keeps what it must remember: nowhere (gone with the process), a directory, or a PostgreSQL database. */
export type StoreLocation = { kind: 'memory' } | { kind: 'directory'; path: string } | { kind: 'postgres'; url: string }

/** The store, opened (and migrated) by the first call that needs it, so that a server starts without waiting for it. */
export type Store = {
  location: StoreLocation
  /** The records, opening the database first if need be. A failed opening is tried again by the next call. */
  open(): Promise<Records>
  /**
   * Finds out at start what would fail later: whether PostgreSQL answers (and migrates it), whether the directory can
   * be written. A file is opened by the first call that needs it, so that an idle server stays small.
   * @throws StoreUnavailable
   */
  check(): Promise<void>
  /** Whether nothing can have been stored: a memory store that was never opened. Spares the first calls an opening. */
  isUntouched(): boolean
  /** Whether anybody may be banned; `false` only when this process would know. */
  mayHoldBans(): boolean
  close(): Promise<void>
}

/** The store cannot be had. The message names the variable to look at, never what it holds: that has a password in it. */
export class StoreUnavailable extends Error {
  constructor(location: StoreLocation, cause: unknown) {
    const reason =
      cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause)
    const place = location.kind === 'postgres' ? 'DATABASE_URL: the database' : 'DATA_DIR: the directory'
    super(`${place} cannot be used (${reason})`, { cause })
    this.name = 'StoreUnavailable'
  }
}

/** Creates the store of a server. `onError` hears of faults outside any call, such as a lost idle connection. */
export function createStore(location: StoreLocation, onError: (error: Error) => void): Store {
  let opening: Promise<Records> | undefined
  let records: Records | undefined

  async function openRecords(): Promise<Records> {
    const module = await import('./records.ts')
    return module.openRecords(location, onError)
  }

  async function openShared(): Promise<Records> {
    if (records !== undefined) return records
    opening ??= openRecords()
    try {
      records = await opening
      return records
    } catch (error) {
      opening = undefined
      throw error
    }
  }

  return {
    location,
    open: openShared,
    async check() {
      try {
        if (location.kind === 'postgres') await openShared()
        if (location.kind === 'directory') await makeWritable(location.path)
      } catch (error) {
        throw new StoreUnavailable(location, error)
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

async function makeWritable(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await access(directory, constants.W_OK)
}
