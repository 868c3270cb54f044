import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { formatHelp } from '../../src/command-line.ts'
import { DEFAULT_CREDENTIALS } from '../../src/index.ts'

const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')

it('shows every setting as the help does', () => {
  const settings = formatHelp()
    .split('\n')
    .filter((line) => line.startsWith('  --'))
  expect(readme).toContain(settings.join('\n'))
})

it('names the credentials that are in force', () => {
  for (const value of Object.values(DEFAULT_CREDENTIALS)) expect(readme).toContain(`\`${value}\``)
})
