import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startProgram, startServer } from './process.ts'
import { asUser, ENVIRONMENT } from './setup.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'roomkey-start-'))
})
afterEach(() => rm(directory, { recursive: true }))

test('four servers that start at once on an empty directory all serve from it', async () => {
  await using servers = new AsyncDisposableStack()
  const env = { ...ENVIRONMENT, DATA_DIR: directory }
  const urls = await Promise.all(Array.from({ length: 4 }, async () => servers.use(await startServer(env)).url))
  const headers = { ...(await asUser('ann')), 'content-type': 'application/json' }
  const answers = await Promise.all(
    urls.map((url) => fetch(`${url}/trpc/rooms.create`, { method: 'POST', headers, body: '{}' })),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
}, 240_000)

test('a server does not start on a damaged file, says so, and which variable to look at', async () => {
  await writeFile(join(directory, 'roomkey.db'), 'no database'.repeat(1000))
  await using server = startProgram('../../src/cli/main.ts', [], { ...ENVIRONMENT, PORT: '0', DATA_DIR: directory })
  await server.waitFor(/^Roomkey cannot start: DATA_DIR: the directory cannot be used \(file is not a database\)$/)
  expect(await server.ended).toBe(1)
})

test('audit says the same instead of a stack', async () => {
  await writeFile(join(directory, 'roomkey.db'), 'no database'.repeat(1000))
  await using audit = startProgram('../../src/cli/audit.ts', [], { ...ENVIRONMENT, DATA_DIR: directory })
  await audit.waitFor(/^DATA_DIR: the directory cannot be used \(file is not a database\)$/)
  expect(await audit.ended).toBe(1)
})
