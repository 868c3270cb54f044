import {
  CompiledQuery,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import { DEFAULT_PATIENCE, untilFree } from './patience.ts'
import type { Sqlite } from './sqlite.ts'
import { toStoreError } from './store-error.ts'

/** How many prepared statements are kept: more than Roomkey has queries, lists of varying length included. */
const MAX_STATEMENTS = 200

/** Kysely's dialect over `node:sqlite`. */
export function createSqliteDialect(sqlite: Sqlite, { busyMs } = DEFAULT_PATIENCE): Dialect {
  return {
    createDriver: () => createDriver(sqlite, busyMs),
    createAdapter: () => new Adapter(),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createIntrospector: (database) => new SqliteIntrospector(database),
  }
}

/** The driver lets others wait for a transaction itself: waiting for the file, one would keep reads from passing. */
class Adapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

function createDriver(sqlite: Sqlite, busyMs: number): Driver {
  const prepare = createStatements(sqlite)
  let transaction: { owner: DatabaseConnection; ended: Promise<void>; end: () => void } | undefined

  // There is one connection: what others send meanwhile would become part of the transaction.
  async function afterOthers<T>(owner: DatabaseConnection, run: () => T): Promise<T> {
    if (transaction !== undefined && transaction.owner !== owner) {
      await transaction.ended
      return afterOthers(owner, run)
    }
    try {
      return run()
    } finally {
      noteTransaction(owner)
    }
  }

  // Asked of SQLite: a transaction may also be begun by a statement of its own, and a full disk ends it.
  function noteTransaction(owner: DatabaseConnection): void {
    const { connection } = sqlite
    if (!connection.isOpen || !connection.isTransaction) {
      transaction?.end()
      transaction = undefined
    } else if (transaction === undefined) {
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      transaction = { owner, ended, end }
    }
  }

  async function takeTurn<T>(owner: DatabaseConnection, run: () => T): Promise<T> {
    try {
      return await untilFree(busyMs, async () => afterOthers(owner, run))
    } catch (error) {
      throw toStoreError(error)
    }
  }

  function execute<TRow>({ sql, parameters, query }: CompiledQuery): QueryResult<TRow> {
    const statement = prepare(sql)
    const values = parameters as readonly SQLInputValue[]
    // Whether the statement answers with rows, `returning` included.
    if (statement.columns().length > 0) {
      const rows = statement.all(...values) as TRow[]
      if (!SelectQueryNode.is(query)) acknowledge()
      return { rows }
    }
    const { changes, lastInsertRowid } = statement.run(...values)
    acknowledge()
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  // What went into a file that was deleted meanwhile is not acknowledged; of a transaction, its end is.
  function acknowledge(): void {
    if (!sqlite.connection.isTransaction) sqlite.checkFile()
  }

  return {
    async init() {},
    async acquireConnection() {
      const connection: DatabaseConnection = {
        executeQuery: (query) => takeTurn(connection, () => execute(query)),
        streamQuery() {
          throw new TypeError('nothing here is read as a stream')
        },
      }
      return connection
    },
    async releaseConnection() {},
    async beginTransaction(owner) {
      // Plain `begin` takes the write lock at the first write, when what was read before may be out of date.
      await takeTurn(owner, () => execute(CompiledQuery.raw('begin immediate')))
    },
    async commitTransaction(owner) {
      await takeTurn(owner, () => execute(CompiledQuery.raw('commit')))
    },
    async rollbackTransaction(owner) {
      await takeTurn(owner, () => {
        if (sqlite.connection.isTransaction) sqlite.connection.exec('rollback')
      })
    },
    async destroy() {
      sqlite.close()
    },
  }
}

/** Prepares each statement once. */
function createStatements({ connection }: Sqlite): (sql: string) => StatementSync {
  const statements = new Map<string, StatementSync>()
  return (sql) => {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const statement = connection.prepare(sql)
    // A statement that changes the schema runs once, and a bounded set cannot be filled by lists of every length.
    if (statements.size < MAX_STATEMENTS) statements.set(sql, statement)
    return statement
  }
}
