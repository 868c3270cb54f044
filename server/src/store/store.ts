import { constants, existsSync } from 'node:fs'
import { access, mkdir, stat } from 'node:fs/promises'
import type { StoreLocation } from '../config/store.ts'
import { isVideoError } from '../core/video-error.ts'
import { DEFAULT_PATIENCE, untilFree, type Patience } from '../database/patience.ts'
import { inspectSqlite, openSqlite, toSqliteFile, type Sqlite } from '../database/sqlite.ts'
import { isAbsent, isBusy, isRestarting, storeUnavailable } from '../database/store-error.ts'
import { createHasBans } from './has-bans.ts'
import type { Engine, Report } from './engine.ts'
import type { Records } from './records.ts'

/**
 * The store, opened (and migrated) by the first call that needs it, so that a server starts without waiting for it.
 * Whatever keeps the database from doing its part is a {@link VideoError} `STORE_UNAVAILABLE`, from here and from the
 * records; the next call tries again.
 */
export type Store = {
  location: StoreLocation
  /** The records, opening the database first if need be. A failed opening is tried again by the next call. */
  open(): Promise<Records>
  /**
   * Finds out at start what would fail later: whether PostgreSQL answers (and migrates it), whether the directory can
   * be written and holds no damaged database. What is busy, or being restarted, is waited for, half a minute.
   * @throws StoreUnavailable
   */
  check(): Promise<void>
  /** Fails unless the database can be used. What was never opened stays closed, so that an idle server stays small. */
  ping(): Promise<void>
  /** Whether nothing can have been stored: a memory store that was never opened. Spares the first calls an opening. */
  isUntouched(): boolean
  /** Whether anything may have been stored, now or by an earlier process. Immediate. */
  mayHoldRecords(): boolean
  /** Whether the records are open: where they are not, this process has neither read nor written any. */
  isOpen(): boolean
  /**
   * Whether anybody may be banned: also when it cannot be told right now. Immediate, and never throws: with SQLite it
   * opens the file, and PostgreSQL may always hold some.
   */
  hasBans(): boolean
  close(): Promise<void>
}

/** Every page of a larger file is not read at each start: that would take longer than the start. */
const THOROUGH_BYTES = 64 * 1024 * 1024

/** The store cannot be had. The message names the variable to look at, never what it holds: that has a password in it. */
export class StoreUnavailable extends Error {
  constructor(location: StoreLocation, thrown: unknown) {
    const place = location.kind === 'postgres' ? 'DATABASE_URL: the database' : 'DATA_DIR: the directory'
    super(`${place} cannot be used (${toReason(thrown)})`, { cause: isVideoError(thrown) ? thrown.cause : thrown })
    this.name = 'StoreUnavailable'
  }
}

function toReason(thrown: unknown): string {
  const cause = isVideoError(thrown) ? thrown.cause : thrown
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause)
}

/** Creates the store of a server. */
export function createStore(
  location: StoreLocation,
  report: Report,
  { now, ...impatience }: Partial<Patience> & { now?: (() => number) | undefined } = {},
): Store {
  const patience = { ...DEFAULT_PATIENCE, ...impatience }
  let opening: Promise<Records> | undefined
  let records: Records | undefined
  let file: { sqlite: Sqlite; hasBans: () => boolean } | undefined
  /** Once there was a file, an empty one is no substitute: it would hold no bans. */
  let hadFile = false
  let hasAnswered = false

  // A report comes from a database that is, or was, there.
  const onReport: Report = (message, error) => {
    hasAnswered = true
    report(message, error)
  }

  function openFile() {
    if (file?.sqlite.isLost()) forget()
    if (file !== undefined) return file
    const directory = location.kind === 'directory' ? location.path : null
    const sqlite = openSqlite(directory, { mustExist: hadFile })
    hadFile = directory !== null
    return (file = { sqlite, hasBans: createHasBans(sqlite) })
  }

  function forget(): void {
    file?.sqlite.close()
    file = undefined
    records = undefined
    opening = undefined
  }

  async function openRecords(): Promise<Records> {
    const module = await import('./records.ts')
    const engine: Engine =
      location.kind === 'postgres'
        ? { kind: 'postgres', url: location.url }
        : { kind: 'sqlite', sqlite: (await untilFree(patience.busyMs, openFile)).sqlite }
    return module.openRecords(engine, onReport, { patience, now })
  }

  async function open(): Promise<Records> {
    if (file?.sqlite.isLost()) forget()
    if (records !== undefined) return records
    opening ??= openRecords()
    const mine = opening
    try {
      const opened = await mine
      if (opening === mine) records = opened
      return opened
    } catch (error) {
      if (opening === mine) forget()
      throw isVideoError(error) ? error : storeUnavailable(error)
    }
  }

  /** One that has answered is being restarted when it is gone; where nobody ever has, the address may be wrong. */
  async function checkPostgres(): Promise<void> {
    let isAwaited = false
    const isPassing = (error: unknown): boolean => {
      if (!isRestarting(error) && !(isAbsent(error) && (isAwaited || hasAnswered))) return isBusy(error)
      if (!isAwaited) report('the database is being restarted: waiting for it')
      return (isAwaited = true)
    }
    try {
      await untilFree(patience.startMs, open, isPassing)
    } catch (error) {
      if (!isAwaited || !isPassing(error)) throw error
      const seconds = Math.round(patience.startMs / 1000)
      throw new Error(`it was being restarted, and is not back after ${seconds} s: ${toReason(error)}`, {
        cause: error,
      })
    }
  }

  async function checkDirectory(directory: string): Promise<void> {
    await makeWritable(directory)
    const path = toSqliteFile(directory)
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    )
    if (size === undefined) return
    await access(path, constants.W_OK)
    await untilFree(patience.startMs, () => inspectSqlite(openFile().sqlite, { thorough: size <= THOROUGH_BYTES }))
  }

  return {
    location,
    open,
    async check() {
      const timer = setTimeout(report, patience.reportMs, 'still waiting for the database')
      try {
        if (location.kind === 'postgres') await checkPostgres()
        if (location.kind === 'directory') await checkDirectory(location.path)
      } catch (error) {
        forget()
        throw new StoreUnavailable(location, error)
      } finally {
        clearTimeout(timer)
      }
    },
    async ping() {
      if (location.kind === 'memory') return
      if (location.kind === 'directory' && records === undefined) {
        if (!hadFile) return makeWritable(location.path)
        if (file !== undefined && !file.sqlite.isLost()) return file.sqlite.checkFile()
      }
      await (await open()).ping()
    },
    isUntouched: () => location.kind === 'memory' && opening === undefined,
    mayHoldRecords() {
      if (location.kind === 'directory') return opening !== undefined || existsSync(toSqliteFile(location.path))
      return location.kind === 'postgres' || opening !== undefined
    },
    isOpen: () => records !== undefined,
    hasBans() {
      if (location.kind === 'postgres' || records?.bans.wereAdded()) return true
      if (location.kind === 'memory') return records === undefined && opening !== undefined
      try {
        return openFile().hasBans()
      } catch {
        // Whoever opens the records next hears why.
        return true
      }
    },
    async close() {
      const opened = await opening?.catch(() => undefined)
      if (opened === undefined) file?.sqlite.close()
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
