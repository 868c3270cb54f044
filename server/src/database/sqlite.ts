import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

/** How many prepared statements are kept: more than Roomkey has queries, lists of varying length included. */
const MAX_STATEMENTS = 200

/** An open SQLite database, of `node:sqlite`. */
export type Sqlite = {
  connection: DatabaseSync
  /**
   * Another number than before when another process has written. Asked once for all calls that came in together:
   * whoever calls because of something written calls after it, so it is no older than what they know.
   * Source: SQLite, "PRAGMA data_version".
   */
  version: () => number
}

/** `directory: null` keeps everything in memory. */
export function openSqlite(directory: string | null): Sqlite {
  const connection = openDatabase(directory)
  const version = connection.prepare('pragma data_version')
  let known: number | undefined
  return {
    connection,
    version() {
      if (known !== undefined) return known
      setImmediate(() => {
        known = undefined
      })
      return (known = Number(version.get()?.['data_version']))
    },
  }
}

function openDatabase(directory: string | null): DatabaseSync {
  if (directory !== null) mkdirSync(directory, { recursive: true, mode: 0o700 })
  // Loaded at once and no sooner: a server may have no SQLite, and what it takes is a megabyte.
  const sqlite = process.getBuiltinModule('node:sqlite')
  const database = new sqlite.DatabaseSync(directory === null ? ':memory:' : join(directory, 'roomkey.db'))
  try {
    // First of all, so that the next pragma waits for another server that is starting on the same file.
    database.exec('pragma busy_timeout = 5000')
    database.exec('pragma journal_mode = wal')
    // Durable even if the machine loses power. It costs one fsync a write, and Roomkey writes only when someone
    // creates, invites or bans; the audit log writes in batches.
    database.exec('pragma synchronous = full')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** The database as Kysely wants it. */
export function adaptDatabase(database: DatabaseSync): SqliteDatabase {
  const statements = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql)
      if (known !== undefined) return known
      const statement = adaptStatement(database.prepare(sql))
      // A statement that changes the schema runs once, and a bounded set cannot be filled by lists of every length.
      if (statements.size < MAX_STATEMENTS) statements.set(sql, statement)
      return statement
    },
  }
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    // Kysely asks whether the statement answers with rows, `returning` included.
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...toSqlite(parameters)),
    run: (parameters) => statement.run(...toSqlite(parameters)),
    iterate: (parameters) => statement.iterate(...toSqlite(parameters)),
  }
}

function toSqlite(parameters: readonly unknown[]): SQLInputValue[] {
  return parameters as SQLInputValue[]
}
