import type { Sqlite } from '../database/sqlite.ts'

/** What the records are kept in: an open SQLite database, or the URL of a PostgreSQL one. */
export type Engine = { kind: 'sqlite'; sqlite: Sqlite } | { kind: 'postgres'; url: string }

/** Hears what happens outside any call: of a lost idle connection, of what is waited for. */
export type Report = (message: string, error?: Error) => void
