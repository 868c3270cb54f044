import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createStore } from '../store/store.ts'
import { createBanLookup } from './ban-lookup.ts'

test('of many who come in at once, those are banned who are banned from that very room', async () => {
  const store = createStore({ kind: 'memory' }, () => undefined)
  const { bans } = await store.open()
  await bans.add({ sid: 'RM1', name: 'standup' }, 'ben')
  await bans.add({ sid: 'RM2', name: 'retro' }, 'eve')
  const isBanned = createBanLookup(store)
  const ask = () => Promise.all([isBanned('RM1', 'ben'), isBanned('RM1', 'eve'), isBanned('RM2', 'eve')])
  expect(await ask()).toEqual([true, false, true])
  await bans.lift('RM1', 'ben')
  expect(await ask()).toEqual([false, false, true])
  await store.close()
})

test('who cannot be looked up is not taken for one who is not banned, and the next is looked up anew', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-bans-'))
  const file = join(directory, 'roomkey.db')
  await writeFile(file, 'these bytes are no database, however often they are read as one')
  const store = createStore({ kind: 'directory', path: directory }, () => undefined)
  const isBanned = createBanLookup(store)
  const asked = await Promise.allSettled([isBanned('RM1', 'ben'), isBanned('RM2', 'ben')])
  expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await rm(file)
  expect(await isBanned('RM1', 'ben')).toBe(false)
  await store.close()
  await rm(directory, { recursive: true })
})
