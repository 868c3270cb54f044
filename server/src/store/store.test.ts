import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// What comes in over a socket comes in a later turn of the event loop than what made it come.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createStore, type Store } from './store.ts'

const room = { sid: 'RM1', name: 'standup' }

async function makeDirectory(): Promise<{ path: string; open: () => Store } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'roomkey-store-'))
  const stores: Store[] = []
  return {
    path,
    open() {
      const store = createStore({ kind: 'directory', path }, () => undefined)
      stores.push(store)
      return store
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()))
      await rm(path, { recursive: true })
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
  const file = join(directory.path, 'roomkey.db')
  await writeFile(file, 'these bytes are no database, however often they are read as one')
  const store = directory.open()
  expect(() => store.hasBans()).toThrow(/not a database/)
  await expect(store.open()).rejects.toThrow(/not a database/)
  await rm(file)
  expect(store.hasBans()).toBe(false)
  await (await store.open()).ping()
})
