import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import pg from 'pg'
import type { Config } from '../../config/config.ts'
import { MIGRATION_NAMES } from '../../database/migrations.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'

const TIMEOUT_MS = 5000

/** Whether what must be remembered can be, and what the next start changes. Changes nothing itself. */
export async function checkDatabase({ access: { store }, video }: Config, signal: AbortSignal): Promise<Finding> {
  if (store.kind === 'postgres') return checkPostgres(store.url, signal)
  if (store.kind === 'directory') return checkDirectory(store.path)
  return video.kind === 'emulator'
    ? ok('nothing is kept, and the rooms of the emulator inside end with it')
    : warning('nothing is kept: hosts, invitations and bans end with the process; set DATA_DIR or DATABASE_URL')
}

async function checkPostgres(url: string, signal: AbortSignal): Promise<Finding> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  })
  client.on('error', () => undefined)
  const end = () => void client.end().catch(() => undefined)
  signal.addEventListener('abort', end)
  try {
    await client.connect()
    const { rows } = await client.query<Rights>(RIGHTS)
    if (rows[0]?.may_create !== true) {
      return failed('DATABASE_URL: its user may create no tables: grant it CREATE on the schema')
    }
    const applied = rows[0].migrated ? await client.query<{ name: string }>(APPLIED) : { rows: [] }
    return judge('DATABASE_URL', applied.rows)
  } catch (error) {
    return explain(codeOf(error))
  } finally {
    end()
  }
}

type Rights = { may_create: boolean | null; migrated: boolean }
const RIGHTS = `select has_schema_privilege(current_schema(), 'CREATE') as may_create,
  to_regclass('roomkey_migrations') is not null as migrated`
const APPLIED = 'select name from roomkey_migrations'

/** Source: PostgreSQL, "Error Codes". */
function explain(code: string): Finding {
  if (code === '28P01' || code === '28000')
    return failed(`DATABASE_URL: the database refuses its user or password (${code})`)
  if (code === '3D000') return failed(`DATABASE_URL: there is no such database (${code}): create it`)
  return failed(`DATABASE_URL: the database does not answer (${code}): start it, and let this machine reach it`)
}

async function checkDirectory(directory: string): Promise<Finding> {
  try {
    await access(await findExisting(resolve(directory)), constants.W_OK)
  } catch (error) {
    return failed(`DATA_DIR: the directory cannot be written (${codeOf(error)}): let the user of this process own it`)
  }
  const path = join(directory, 'roomkey.db')
  const file = await stat(path).catch(() => undefined)
  if (file === undefined) return ok('DATA_DIR: the first start makes the database')
  try {
    return judge('DATA_DIR', readApplied(path))
  } catch (error) {
    return failed(`DATA_DIR: roomkey.db cannot be read as a database (${codeOf(error)}): restore it from a backup`)
  }
}

/** The directory, or the one above it in which a start would make it. @throws when something else is in its place */
async function findExisting(directory: string): Promise<string> {
  try {
    if ((await stat(directory)).isDirectory()) return directory
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    return findExisting(dirname(directory))
  }
  throw Object.assign(new Error('not a directory'), { code: 'ENOTDIR' })
}

function readApplied(path: string): { name: string }[] {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
  try {
    const table = database.prepare("select 1 from sqlite_schema where name = 'roomkey_migrations'").get()
    return table === undefined ? [] : (database.prepare(APPLIED).all() as { name: string }[])
  } finally {
    database.close()
  }
}

function judge(variable: string, applied: readonly { name: string }[]): Finding {
  const names = applied.map(({ name }) => name)
  const pending = MIGRATION_NAMES.filter((name) => !names.includes(name))
  if (names.some((name) => !MIGRATION_NAMES.includes(name))) {
    return warning(`${variable}: a newer Roomkey has changed the database: start that one, not this`)
  }
  if (pending.length === 0) return ok(`${variable}: the database answers, and is up to date`)
  return ok(`${variable}: the database answers, and the next start brings it up to date (${pending.join(', ')})`)
}
