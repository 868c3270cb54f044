import type { StatementSync } from 'node:sqlite'
import type { Sqlite } from '../database/sqlite.ts'

/**
 * Makes the question whether a SQLite database holds any ban at all. Most servers never ban anybody, so their tokens
 * should wait neither for the query builder to load nor for the schema to be brought up to date: the question is asked
 * of SQLite directly, and again only when another process has written to the file.
 */
export function createHasBans({ connection, version }: Sqlite): () => boolean {
  const findTable = connection.prepare(`select 1 from sqlite_schema where type = 'table' and name = 'bans'`)
  let findBan: StatementSync | undefined
  let knownVersion: number | undefined
  let hasBans = false

  function read(): boolean {
    if (findTable.get() === undefined) return false
    findBan ??= connection.prepare('select 1 from bans limit 1')
    return findBan.get() !== undefined
  }

  return () => {
    const current = version()
    if (current === undefined || current !== knownVersion) {
      hasBans = read()
      knownVersion = current
    }
    return hasBans
  }
}
