import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { formatHelp } from '../../src/command-line.ts'
import { DEFAULT_CREDENTIALS } from '../../src/index.ts'

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8')
const readme = await read('../../README.md')

it.each(['./server-sdk.test.ts', '../browser/example.test.ts'])('shows %s as it is tested', async (path) => {
  const example = (await read(path)).replace("'../../src/index.ts'", "'@roomkey/emulator'")
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``)
})

it('shows every setting as the help does', () => {
  const settings = formatHelp()
    .split('\n')
    .filter((line) => line.startsWith('  --'))
  expect(readme).toContain(settings.join('\n'))
})

it('names the credentials that are in force', () => {
  for (const value of Object.values(DEFAULT_CREDENTIALS)) expect(readme).toContain(`\`${value}\``)
})
