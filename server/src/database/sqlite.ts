import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { storeUnavailable } from './store-error.ts'

/** An open SQLite database, of `node:sqlite`. */
export type Sqlite = {
  connection: DatabaseSync
  /**
   * Another number than before when another process has written; `undefined` when it cannot be read right now. Read
   * once for all calls of one turn of the event loop, which all came after what was written before it. Source: SQLite,
   * "PRAGMA data_version".
   */
  version: () => number | undefined
  /**
   * Checks that the file is still there: one that was deleted takes writes as before, and they are lost.
   * @throws VideoError `STORE_UNAVAILABLE`; from then on the database is lost.
   */
  checkFile: () => void
  /** Whether the file was found gone. */
  isLost: () => boolean
  close: () => void
}

/** The database's file in a directory. */
export function toSqliteFile(directory: string): string {
  return join(directory, 'roomkey.db')
}

/** `directory: null` keeps everything in memory. `mustExist`: a file that is not there is not made. */
export function openSqlite(directory: string | null, { mustExist = false } = {}): Sqlite {
  const file = directory === null ? undefined : toSqliteFile(directory)
  if (mustExist && file !== undefined && !existsSync(file)) throw new Error(`${file} is gone`)
  if (directory !== null) mkdirSync(directory, { recursive: true, mode: 0o700 })
  const connection = connect(file ?? ':memory:')
  const readVersion = connection.prepare('pragma data_version')
  // With the log that SQLite writes to before the file itself.
  const inodes = file === undefined ? [] : [file, `${file}-wal`].map((path) => ({ path, inode: inodeOf(path) }))
  let known: number | undefined
  let lost = false

  return {
    connection,
    version() {
      if (known !== undefined) return known
      setImmediate(() => {
        known = undefined
      })
      try {
        return (known = Number(readVersion.get()?.['data_version']))
      } catch {
        return undefined
      }
    },
    checkFile() {
      const missing = inodes.find(({ path, inode }) => inodeOf(path) !== inode)
      if (missing === undefined) return
      lost = true
      throw storeUnavailable(new Error(`${missing.path} was deleted or replaced while the server used it`))
    },
    isLost: () => lost,
    close() {
      if (connection.isOpen) connection.close()
    },
  }
}

/**
 * Looks for damage, before anybody relies on what the database holds.
 * @throws when it is damaged, or another program's.
 */
export function inspectSqlite({ connection }: Sqlite, { thorough }: { thorough: boolean }): void {
  const tables = connection.prepare(`select name from sqlite_schema where type = 'table'`).all()
  if (tables.length > 0 && !tables.some(({ name }) => name === 'roomkey_migrations')) {
    throw new Error('roomkey.db is the database of another program')
  }
  if (!thorough) return
  const [finding] = connection.prepare('pragma quick_check(1)').all()
  const words = Object.values(finding ?? {}).join()
  if (words !== 'ok') throw new Error(`roomkey.db is damaged: ${words}`)
}

function connect(file: string): DatabaseSync {
  // Loaded at once and no sooner: a server may have no SQLite, and what it takes is a megabyte.
  const sqlite = process.getBuiltinModule('node:sqlite')
  const database = new sqlite.DatabaseSync(file)
  try {
    // Waiting here stops everything else: longer waits are the callers', who do not block.
    database.exec('pragma busy_timeout = 5')
    database.exec('pragma journal_mode = wal')
    // Durable even if the machine loses power. It costs one fsync a write, and Roomkey writes only when someone
    // creates, invites or bans; the audit log writes in batches.
    database.exec('pragma synchronous = full')
    // Reads the file, and makes the log beside it.
    database.prepare('select count(*) from sqlite_schema').get()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
}
