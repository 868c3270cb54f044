import { constants } from 'node:fs'
import { access, mkdir } from 'node:fs/promises'
import type { StoreLocation } from '../config/store.ts'
import { openSqlite, type Sqlite } from '../database/sqlite.ts'
import { createHasBans } from './has-bans.ts'
import type { Engine, Records } from './records.ts'

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
  /** Whether the records are open: where they are not, this process has neither read nor written any. */
  isOpen(): boolean
  /** Whether anybody may be banned. Immediate: with SQLite it opens the file, and PostgreSQL may always hold some. */
  hasBans(): boolean
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

/** Creates the store of a server. `onError` hears of errors outside any call, such as a lost idle connection. */
export function createStore(location: StoreLocation, onError: (error: Error) => void): Store {
  let opening: Promise<Records> | undefined
  let records: Records | undefined
  let file: { sqlite: Sqlite; hasBans: () => boolean } | undefined

  function openFile() {
    if (file !== undefined) return file
    const sqlite = openSqlite(location.kind === 'directory' ? location.path : null)
    return (file = { sqlite, hasBans: createHasBans(sqlite) })
  }

  async function openRecords(): Promise<Records> {
    const module = await import('./records.ts')
    const engine: Engine =
      location.kind === 'postgres'
        ? { kind: 'postgres', url: location.url }
        : { kind: 'sqlite', sqlite: openFile().sqlite }
    return module.openRecords(engine, onError)
  }

  async function open(): Promise<Records> {
    if (records !== undefined) return records
    opening ??= openRecords()
    try {
      records = await opening
      return records
    } catch (error) {
      opening = undefined
      // It was closed.
      file = undefined
      throw error
    }
  }

  return {
    location,
    open,
    async check() {
      try {
        if (location.kind === 'postgres') await open()
        if (location.kind === 'directory') await makeWritable(location.path)
      } catch (error) {
        throw new StoreUnavailable(location, error)
      }
    },
    isUntouched: () => location.kind === 'memory' && opening === undefined,
    isOpen: () => records !== undefined,
    hasBans() {
      if (location.kind === 'postgres' || records?.bans.wereAdded()) return true
      return location.kind === 'directory' ? openFile().hasBans() : records === undefined && opening !== undefined
    },
    async close() {
      const opened = await opening?.catch(() => undefined)
      if (opened === undefined) file?.sqlite.connection.close()
      opening = undefined
      records = undefined
      file = undefined
      await opened?.close()
    },
  }
}

async function makeWritable(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await access(directory, constants.W_OK)
}
