import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { VARIABLE_NAMES } from '../../src/config/config.ts'
import { startServer } from './process.ts'

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8')

test('configuration.md and .env.example list exactly the variables that are read, .env.example those of compose too', async () => {
  const documented = [...(await read('docs/configuration.md')).matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
    ([, name = '']) => name,
  )
  expect(inOrder(documented)).toEqual(inOrder(VARIABLE_NAMES))
  const example = [...(await read('.env.example')).matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name)
  const composed = [...(await read('compose.yaml')).matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name)
  expect(inOrder(example)).toEqual(inOrder([...new Set([...VARIABLE_NAMES, ...composed])]))
})

test('the transcript of security.md happens as it is told', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-transcript-'))
  try {
    await using server = await startServer({
      AUTH_JWT_SECRET: '0123456789abcdef0123456789abcdef',
      DATA_DIR: directory,
    })
    const text = (await read('docs/security.md')).replaceAll('localhost:5000', new URL(server.url).host)
    const lines = [...text.matchAll(/^```console\n(.*?)^```/gms)].flatMap(([, block = '']) =>
      block.trimEnd().split('\n'),
    )
    const commands = lines.filter((line) => line.startsWith('$ ')).map((line) => line.slice(2))
    const told = lines.filter((line) => !line.startsWith('$ ')).join('\n')
    const { stdout } = await promisify(execFile)('bash', ['-c', commands.join('\n')], {
      env: { PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
      timeout: 100_000,
    })
    expect(told).toContain('INVITE_REVOKED')
    expect(stdout.trimEnd()).toMatch(toPattern(told))
  } finally {
    await rm(directory, { recursive: true })
  }
}, 120_000)

function inOrder(names: readonly string[]): string[] {
  return names.toSorted((first, second) => first.localeCompare(second))
}

/** The text, with anything in place of each "…". */
function toPattern(told: string): RegExp {
  const parts = told.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`)
}
