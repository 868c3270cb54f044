import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createEmulator } from '@roomkey/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, readBlocks, readText, type Block } from './blocks.ts'
import { run } from './run.ts'
import { API_KEY, EVERYONE, SIGN_IN_SECRET, signIn, startServer } from './server.ts'
import { isListed, wayOf } from './ways.ts'

/** Where documents say that servers are. */
const SERVER_URL = /https?:\/\/(?:localhost:5000|video\.example\.com|roomkey\.internal:5000)/g
const EMULATOR_URL = 'http://127.0.0.1:8080'

const READERS_OWN = fileURLToPath(new URL('readers-own.ts', import.meta.url))
const TSC = fileURLToPath(new URL('docs/node_modules/.bin/tsc', ROOT))

const blocks = await readBlocks()
const programs = toPrograms(blocks)
let folder: string

beforeAll(async () => {
  // Where packages are found.
  folder = await mkdtemp(fileURLToPath(new URL('../.programs-', import.meta.url)))
})

afterAll(() => rm(folder, { recursive: true }))

test('programs in documents, and these tests, compile strictly', async () => {
  const directory = `${folder}/types`
  await mkdir(directory)
  for (const { file, code } of programs) await writeFile(`${directory}/${file}`, code)
  const options = {
    extends: '../../tsconfig.json',
    // What a document shows, its reader uses.
    compilerOptions: { noUnusedLocals: false },
    include: ['*', '../../test'],
  }
  await writeFile(`${directory}/tsconfig.json`, JSON.stringify(options))
  const complaints = await run(TSC, ['-p', directory, '--checkers', '1']).catch(
    (error: { stdout: string }) => error.stdout,
  )
  expect(complaints).toBe('')
})

describe('a program in a document runs:', () => {
  test.each(programs.filter(({ block }) => !isListed(block)))('$file', async ({ file, code }) => {
    await using server = await startServer(EVERYONE)
    await using emulator = await createEmulator()
    const program = code.replaceAll(SERVER_URL, server.url).replaceAll(EMULATOR_URL, emulator.url)
    await writeFile(`${folder}/${file}`, program)
    await run(process.execPath, ['--import', READERS_OWN, `${folder}/${file}`], {
      env: {
        AUTH_JWT_SECRET: SIGN_IN_SECRET,
        SIGN_IN_TOKEN: await signIn('ann'),
        ROOMKEY_KEY: API_KEY,
        EMULATOR_ACCOUNT_SID: emulator.credentials.accountSid,
        EMULATOR_AUTH_TOKEN: emulator.credentials.authToken,
        DATA_DIR: ':memory:',
        PORT: '0',
      },
    })
  })
})

test.each([
  'emulator/test/examples/server-sdk.test.ts',
  'emulator/test/examples/callbacks.test.ts',
  'emulator/test/browser/example.test.ts',
])('%s is shown as it runs', async (path) => {
  const text = (await readText(path)).replace("'../../src/index.ts'", "'@roomkey/emulator'")
  expect(blocks.filter((block) => wayOf(block) === 'test').map(({ code }) => code)).toContain(text)
})

/** A program, with each line where it stands in its document, so that a complaint leads there. */
type Program = { block: Block; file: string; code: string }

/** TypeScript as whole programs: a block that imports nothing goes on with the one before it. */
function toPrograms(all: Block[]): Program[] {
  const found: Program[] = []
  for (const block of all.filter((one) => wayOf(one) === 'program')) {
    const start = /^import /m.test(block.code) ? '' : (found.at(-1)?.code ?? '')
    const code = start + '\n'.repeat(block.line - start.split('\n').length) + block.code
    found.push({ block, file: `${block.document.replaceAll('/', '-')}-${block.line}.${block.language}`, code })
  }
  return found
}
