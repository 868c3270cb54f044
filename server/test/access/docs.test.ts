import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { VARIABLE_NAMES } from '../../src/config/config.ts'

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

function inOrder(names: readonly string[]): string[] {
  return names.toSorted((first, second) => first.localeCompare(second))
}
