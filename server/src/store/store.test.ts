import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, open, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
// What comes in over a socket comes in a later turn of the event loop than what made it come.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AuditEntry } from '@roomkey/shared'
import { Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { createSqliteDialect } from '../database/sqlite-dialect.ts'
import type { Patience } from '../database/patience.ts'
import { openSqlite } from '../database/sqlite.ts'
import type { Tables } from '../database/tables.ts'
import { openRecords } from './records.ts'
import { createStore, StoreUnavailable, type Store } from './store.ts'

const room = { sid: 'RM1', name: 'standup' }

type Directory = AsyncDisposable & {
  path: string
  file: string
  backup: string
  open: (patience?: Partial<Patience>) => Store
}

async function makeDirectory(): Promise<Directory> {
  const parent = await mkdtemp(join(tmpdir(), 'roomkey-store-'))
  const path = join(parent, 'data')
  await mkdir(path)
  const stores: Store[] = []
  return {
    path,
    file: join(path, 'roomkey.db'),
    backup: join(parent, 'backup'),
    open(patience) {
      const store = createStore({ kind: 'directory', path }, () => undefined, patience)
      stores.push(store)
      return store
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()))
      await rm(parent, { recursive: true })
    },
  }
}

test('a directory holds no bans until somebody is banned, be it before or after the records are opened', async () => {
  await using directory = await makeDirectory()
  const store = directory.open()
  expect(store.hasBans()).toBe(false)
  const { bans } = await store.open()
  expect(store.hasBans()).toBe(false)
  await bans.add(room, 'ben')
  expect(store.hasBans()).toBe(true)
})

test('a ban that another server makes is heard of, though this one never opened its records', async () => {
  await using directory = await makeDirectory()
  const [one, other] = [directory.open(), directory.open()]
  expect(one.hasBans()).toBe(false)
  const { bans } = await other.open()
  await nextTurn()
  expect(one.hasBans()).toBe(false)
  await bans.add(room, 'ben')
  await nextTurn()
  expect(one.hasBans()).toBe(true)
})

test('bans outlast the server that made them', async () => {
  await using directory = await makeDirectory()
  const first = directory.open()
  await (await first.open()).bans.add(room, 'ben')
  await first.close()
  expect(directory.open().hasBans()).toBe(true)
})

test('a store that was closed opens anew', async () => {
  await using directory = await makeDirectory()
  const store = directory.open()
  expect(store.hasBans()).toBe(false)
  await store.close()
  await (await store.open()).bans.add(room, 'ben')
  await store.close()
  expect(store.hasBans()).toBe(true)
})

test('a file that is no database fails every call, and is tried again by the next', async () => {
  await using directory = await makeDirectory()
  const { file } = directory
  await writeFile(file, 'these bytes are no database, however often they are read as one')
  const store = directory.open()
  // Nobody can tell, so that whoever asks goes on to open the records and hears why.
  expect(store.hasBans()).toBe(true)
  await expect(store.open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', retryAfterSeconds: 2 })
  await rm(file)
  expect(store.hasBans()).toBe(false)
  await (await store.open()).ping()
})

describe('at start', () => {
  test.each([
    ['no database', (file: string) => writeFile(file, 'x'.repeat(10_000)), /not a database/],
    ['cut off', (file: string) => truncate(file, 8192), /malformed/],
    ['damaged', damage, /damaged|malformed/],
    ['a folder', (file: string) => rm(file).then(() => mkdir(file)), /unable to open|EISDIR/],
    ['of another program', replaceByOther, /another program/],
  ])('a file that is %s is found, in words', async (_name, spoil, words) => {
    await using directory = await makeDirectory()
    const first = directory.open()
    await (await first.open()).bans.add(room, 'ben')
    await first.close()
    await spoil(directory.file)
    const store = directory.open()
    const error: unknown = await store.check().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StoreUnavailable)
    expect((error as Error).message).toMatch(/^DATA_DIR: the directory cannot be used/)
    expect((error as Error).message).toMatch(words)
  })

  test('a directory without a file costs no opening', async () => {
    await using directory = await makeDirectory()
    const store = directory.open()
    await store.check()
    await store.ping()
    expect(existsSync(directory.file)).toBe(false)
  })

  test('servers that begin at once, ten times over, all find the file ready', async () => {
    for (let round = 0; round < 10; round++) {
      await using directory = await makeDirectory()
      const stores = Array.from({ length: 4 }, () => directory.open())
      await Promise.all(stores.map((store) => store.check()))
      await Promise.all(stores.map(async (store) => (await store.open()).ping()))
    }
  })
})

describe('a file that another process has locked', () => {
  test('keeps writes waiting and nothing else', async () => {
    await using directory = await makeDirectory()
    const records = await directory.open().open()
    using other = holdLock(directory.file)
    const writing = records.bans.add(room, 'ben')
    // Had the write blocked, nothing could be read here and nobody would let go of the lock.
    expect(await records.memberships.find('RM1', 'ben')).toMatchObject({ banned: false })
    other.release()
    await writing
    expect(await records.memberships.find('RM1', 'ben')).toMatchObject({ banned: true })
  })

  test('fails writes after a while, and takes them again when it is free', async () => {
    await using directory = await makeDirectory()
    const { auditEntries, bans } = await directory.open({ busyMs: 100 }).open()
    using other = holdLock(directory.file)
    const [ban, entries] = await Promise.allSettled([bans.add(room, 'ben'), auditEntries.append([])])
    expect(ban).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } })
    // A transaction waits in the same way.
    expect(entries).toMatchObject({ status: 'rejected', reason: { code: 'STORE_UNAVAILABLE' } })
    other.release()
    await bans.add(room, 'ben')
    await auditEntries.append([])
  }, 60_000)
})

test('what others write while a transaction is open is no part of it', async () => {
  await using directory = await makeDirectory()
  const { auditEntries, bans, memberships } = await directory.open().open()
  const entry = { id: '1', at: '2026-11-24T12:00:00.000Z', outcome: 'OK' } as AuditEntry
  // The second entry has the id of the first, so that the transaction is rolled back.
  const appending = auditEntries.append([entry, entry])
  await Promise.all([bans.add(room, 'ben'), expect(appending).rejects.toThrow()])
  expect(await memberships.find('RM1', 'ben')).toMatchObject({ banned: true })
})

test('a transaction that is begun by a statement of its own is let alone, too', async () => {
  await using directory = await makeDirectory()
  const database = new Kysely<Tables>({ dialect: createSqliteDialect(openSqlite(directory.path)) })
  await sql.raw('create table words (word text)').execute(database)
  const insert = (executor: Kysely<Tables>, word: string) => sql`insert into words values (${word})`.execute(executor)
  const rolledBack = database.connection().execute(async (connection) => {
    await sql.raw('begin immediate').execute(connection)
    await insert(connection, 'gone')
    await nextTurn()
    await sql.raw('rollback').execute(connection)
  })
  await nextTurn()
  await Promise.all([rolledBack, insert(database, 'kept')])
  expect((await sql`select word from words`.execute(database)).rows).toEqual([{ word: 'kept' }])
  await database.destroy()
})

test('a full disk fails the write, not the reads, and is forgotten once there is room', async () => {
  await using directory = await makeDirectory()
  const sqlite = openSqlite(directory.path)
  const records = await openRecords({ kind: 'sqlite', sqlite }, () => undefined)
  const pages = Number(sqlite.connection.prepare('pragma page_count').get()?.['page_count'])
  sqlite.connection.exec(`pragma max_page_count = ${pages}`)
  const fill = async () => {
    for (let index = 0; index < 500; index++) await records.bans.add(room, `${index} ${'x'.repeat(100)}`)
  }
  await expect(fill()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(await records.memberships.find('RM1', 'eve')).toMatchObject({ banned: false })
  sqlite.connection.exec('pragma max_page_count = 100000')
  await records.bans.add(room, 'eve')
  expect(await records.memberships.find('RM1', 'eve')).toMatchObject({ banned: true })
  await records.close()
})

describe('a directory that is deleted while it is used', () => {
  test.each([
    ['as a whole', (path: string) => rm(path, { recursive: true })],
    ['but for the database itself', (path: string) => rm(join(path, 'roomkey.db-wal'))],
  ])('%s: no write is acknowledged that went nowhere', async (_name, remove) => {
    await using directory = await makeDirectory()
    const store = directory.open()
    const { bans } = await store.open()
    await bans.add(room, 'ben')
    await remove(directory.path)
    await expect(bans.add(room, 'eve')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  test('is not replaced by an empty one, and is used again when it is back', async () => {
    await using directory = await makeDirectory()
    const store = directory.open()
    await (await store.open()).bans.add(room, 'ben')
    await store.close()
    await cp(directory.path, directory.backup, { recursive: true })
    const running = directory.open()
    await (await running.open()).ping()
    await rm(directory.path, { recursive: true })
    for (let index = 0; index < 2; index++) {
      await expect(running.ping()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      expect(running.hasBans()).toBe(true)
      await expect(running.open()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    }
    expect(existsSync(directory.file)).toBe(false)
    await cp(directory.backup, directory.path, { recursive: true })
    await running.ping()
    expect(await (await running.open()).memberships.find('RM1', 'ben')).toMatchObject({ banned: true })
  })
})

/** Another process's write lock, which is the same to SQLite as another connection's. */
function holdLock(file: string): { release(): void } & Disposable {
  const connection = new DatabaseSync(file)
  connection.exec('begin immediate')
  return {
    release: () => connection.exec('commit'),
    [Symbol.dispose]: () => connection.close(),
  }
}

/** Overwrites the pages behind the first, which holds the schema. */
async function damage(file: string): Promise<void> {
  const { size } = await stat(file)
  const handle = await open(file, 'r+')
  await handle.write(Buffer.alloc(size - 4096, 0xa5), 0, size - 4096, 4096)
  await handle.close()
}

async function replaceByOther(file: string): Promise<void> {
  await rm(file)
  const connection = new DatabaseSync(file)
  connection.exec('create table rooms (number integer)')
  connection.close()
}
