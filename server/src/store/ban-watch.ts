import type { StatementSync } from 'node:sqlite'
import type { Sqlite } from './sqlite.ts'

/**
 * Tells whether a SQLite database holds any ban, and asks it again only when another process has written to it. It
 * needs neither Kysely nor an up-to-date schema: most servers never ban anybody, and their tokens shall wait for neither.
 */
export function createBanWatch({ connection, version }: Sqlite): () => boolean {
  const findTable = connection.prepare(`select 1 from sqlite_schema where type = 'table' and name = 'bans'`)
  let findBan: StatementSync | undefined
  let knownVersion: number | undefined
  let isAnyoneBanned = false

  function read(): boolean {
    if (findTable.get() === undefined) return false
    findBan ??= connection.prepare('select 1 from bans limit 1')
    return findBan.get() !== undefined
  }

  return () => {
    const current = version()
    if (current !== knownVersion) {
      isAnyoneBanned = read()
      knownVersion = current
    }
    return isAnyoneBanned
  }
}
