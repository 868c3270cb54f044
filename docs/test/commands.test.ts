import { createEmulator } from '@roomkey/emulator'
import { parseConfig } from '@roomkey/server'
import { describe, expect, test } from 'vitest'
import { readBlocks, readText, type Block } from './blocks.ts'
import { matchTold, toPattern } from './expectation.ts'
import { run } from './run.ts'
import { SIGN_IN_SECRET, startServer } from './server.ts'
import { wayOf } from './ways.ts'

const blocks = await readBlocks()
const commands = blocks.filter((block) => wayOf(block) === 'command')
const titled = (some: Block[]) => some.map((block) => ({ title: `${block.document}:${block.line}`, block }))

describe('a command in a document does what is shown:', () => {
  test.each(titled(commands.filter(({ code }) => code.startsWith('curl '))))('$title', async ({ block }) => {
    await using server = await startServer()
    await using emulator = await createEmulator()
    const command = block.code
      .replaceAll('http://localhost:5000', server.url)
      .replaceAll('http://127.0.0.1:8080', emulator.url)
    const response = JSON.parse(
      await run('bash', ['-c', command.replace('curl ', 'curl --fail-with-body -s ')]),
    ) as object
    const shown = blocks[blocks.indexOf(block) + 1]
    if (shown !== undefined && wayOf(shown) === 'response') {
      expect(response).toEqual(matchTold(JSON.parse(shown.code.replaceAll('localhost:5000', server.host))))
    }
  })

  test.each(titled(commands.filter(({ code }) => code.startsWith('http '))))('$title', async ({ block }) => {
    await using server = await startServer()
    const [, method = '', address = '', ...fields] = block.code.trim().split(' ')
    // What HTTPie makes of such a line: fields as a JSON object, and these headers.
    const response = await fetch(address.replace(':5000', server.url), {
      method,
      headers: {
        accept: 'application/json, */*;q=0.5',
        'content-type': 'application/json',
        'user-agent': 'HTTPie/3.2',
      },
      body: JSON.stringify(Object.fromEntries(fields.map((field) => field.split('=')))),
    })
    expect(response.status, await response.text()).toBe(200)
  })

  test.each(titled(commands.filter(({ code }) => code.startsWith('npm run keys '))))('$title', async ({ block }) => {
    const { scripts } = JSON.parse(await readText('package.json')) as { scripts: Record<string, string> }
    // Without what comes before each script: installing.
    const printed = await run('bash', ['-c', block.code.replace('npm run keys --', scripts['keys'] ?? '')])
    expect(printed).toMatch(/^ *rk_[\w-]{43}$/m)
    const entry = /billing:[0-9a-f]{64}/.exec(printed)?.[0]
    expect(parseConfig({ API_KEYS: entry }).access.apiKeys.size).toBe(1)
  })
})

test.each(titled(blocks.filter((block) => wayOf(block) === 'environment')))(
  'the environment at $title is one that a server starts with',
  async ({ block }) => {
    const code = block.code
      .replace('AC…', `AC${'a'.repeat(32)}`)
      .replace('SK…', `SK${'b'.repeat(32)}`)
      .replace('…', 'x')
    const names = [...code.matchAll(/^[A-Z_]+(?==)/gm)].map(([name]) => name)
    const lines = await run('bash', ['-c', `${code}${names.map((name) => `echo "$${name}"`).join('\n')}`])
    const values = lines.split('\n')
    const environment = Object.fromEntries(names.map((name, index) => [name, values[index]]))
    expect(Object.values(environment)).not.toContain('')
    expect(() => parseConfig(environment)).not.toThrow()
  },
)

test.each(titled(blocks.filter((block) => wayOf(block) === 'response' && block.code.startsWith('{"error"'))))(
  'a name that is taken fails as shown at $title',
  async ({ block }) => {
    await using server = await startServer()
    const create = () =>
      fetch(`${server.url}/trpc/rooms.create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"roomName":"Monday"}',
      })
    await create()
    expect(await (await create()).json()).toMatchObject(matchTold(JSON.parse(block.code)) as object)
  },
)

test('the transcript of security.md happens as it is told', async () => {
  await using server = await startServer({ AUTH_JWT_SECRET: SIGN_IN_SECRET })
  const lines = blocks
    .filter((block) => wayOf(block) === 'transcript')
    .flatMap(({ code }) => code.replaceAll('localhost:5000', server.host).trimEnd().split('\n'))
  const asked = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
  const told = lines.filter((line) => !line.startsWith('$ ')).join('\n')
  expect(told).toContain('INVITE_REVOKED')
  expect((await run('bash', ['-c', asked.join('\n')])).trimEnd()).toMatch(toPattern(told))
})
