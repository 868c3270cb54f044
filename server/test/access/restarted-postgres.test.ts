import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPostgresDialect } from '../../src/database/postgres.ts'
import type { Tables } from '../../src/database/tables.ts'
import { createStore, StoreUnavailable } from '../../src/store/store.ts'
import { startPostgres, type Postgres } from './postgres.ts'

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres[Symbol.asyncDispose]())

/** A store whose check is under way: another server is at the database, and keeps it from coming to an end. */
async function startCheck(patience: { startMs?: number } = {}) {
  const url = await postgres.createDatabase()
  const other = new pg.Client({ connectionString: url })
  other.on('error', () => undefined)
  await other.connect()
  await other.query('begin; select pg_advisory_xact_lock(7266532)')
  const reports: string[] = []
  let onReport: () => void = () => undefined
  const report = (message: string) => {
    reports.push(message)
    onReport()
  }
  const store = createStore({ kind: 'postgres', url }, report, patience)
  const checked = store.check()
  checked.catch(() => undefined)
  const reported = async (words: RegExp) => {
    while (!reports.some((message) => words.test(message))) await new Promise<void>((resolve) => (onReport = resolve))
  }
  await reported(/another server is bringing the database up to date/)
  return { store, checked, reported, other }
}

test('a start waits for a database that is restarted meanwhile, and says so', async () => {
  const { store, checked, reported } = await startCheck()
  await postgres.stop()
  await reported(/the database is being restarted: waiting for it/)
  await postgres.start()
  await checked
  await (await store.open()).ping()
  await store.close()
})

test('a start waits for a database that has crashed and recovers', async () => {
  const { store, checked, other } = await startCheck()
  const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid')
  // One process that is killed ends all others: nobody knows what it has left behind in what they share.
  process.kill(Number(rows[0]?.pid), 'SIGKILL')
  await checked
  await (await store.open()).ping()
  await store.close()
})

test('a start gives up in words when the database does not come back', async () => {
  const { checked } = await startCheck({ startMs: 400 })
  await postgres.stop()
  try {
    const error: unknown = await checked.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreUnavailable)
    expect((error as Error).message).toMatch(
      /^DATABASE_URL: the database cannot be used \(it was being restarted, and is not back after \d+ s: connect ECONNREFUSED.*\)$/,
    )
  } finally {
    await postgres.start()
  }
})

test('where nobody has answered at all a start does not wait', async () => {
  const url = await postgres.createDatabase()
  await postgres.stop()
  try {
    const reports: string[] = []
    const store = createStore({ kind: 'postgres', url }, (message) => reports.push(message))
    await expect(store.check()).rejects.toThrow(
      /^DATABASE_URL: the database cannot be used \(connect ECONNREFUSED.*\)$/,
    )
    expect(reports).toEqual([])
  } finally {
    await postgres.start()
  }
})

test('an idle connection that is lost is told of once, and replaced', async () => {
  const url = await postgres.createDatabase()
  const errors: Error[] = []
  const dialect = createPostgresDialect(url, { onError: (error) => void errors.push(error) })
  const database = new Kysely<Tables>({ dialect })
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database)
  const other = new pg.Client({ connectionString: url })
  await other.connect()
  await other.query('select pg_terminate_backend($1)', [rows[0]?.pid])
  await other.end()
  await expect.poll(() => errors).toHaveLength(1)
  await sql`select 1`.execute(database)
  expect(errors).toMatchObject([{ code: '57P01' }])
  await database.destroy()
})
