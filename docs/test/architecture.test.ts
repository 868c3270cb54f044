import { readdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, readText } from './blocks.ts'

const map = await readText('ARCHITECTURE.md')

/** All below the packages' sources, as paths from the root. */
const files = ['shared', 'transport', 'server', 'client', 'emulator', 'web', 'bench'].flatMap((name) =>
  readdirSync(new URL(`${name}/src/`, ROOT), { recursive: true, encoding: 'utf8' }).map(
    (path) => `${name}/src/${path}`,
  ),
)

test('the map names every folder of sources', () => {
  const folders = new Set(files.filter((path) => /\.\w+$/.test(path)).map((path) => dirname(path)))
  // It says of all of these together what they are.
  const own = [...folders].filter((path) => !/\/(src|procedures\/[^/]+)$/.test(path))
  expect(own.filter((path) => !new RegExp(`\\b${basename(path)}\\b`).test(map))).toEqual([])
})

test('what the map names is there', () => {
  const words = [...map.matchAll(/`([\w./-]+?)(\.tsx?|\/)`/g)].map(
    ([, path = '', end = '']) => path + end.replace('/', ''),
  )
  expect(words.length).toBeGreaterThan(50)
  const roots = readdirSync(ROOT)
  // A router's place, whatever its name; and what each package has.
  const known = new Set(['x/handlers.ts', 'test'])
  const isThere = (word: string) =>
    known.has(word) || roots.includes(word.replace(/\/.*/, '')) || files.some((file) => `/${file}`.endsWith(`/${word}`))
  expect(words.filter((word) => !isThere(word))).toEqual([])
})

test('the map’s floors are those that the linter holds', async () => {
  const lint = await readText('.oxlintrc.json')
  const held = new Map(
    [...lint.matchAll(/"message": "(\w+)\/ may import ([\w/, ]+): see/g)].map(
      ([, drawer = '', list = '']) =>
        [
          drawer,
          list
            .replaceAll('/', '')
            .split(', ')
            .filter((one) => one !== 'core')
            .toSorted(),
        ] as const,
    ),
  )
  const drawn = new Map(
    [...map.matchAll(/^\| `(\w+)\/` \|[^|]*\| `([^`]+)`/gm)].map(
      ([, drawer = '', list = '']) => [drawer, list.replace('.ts', '').split(' ').toSorted()] as const,
    ),
  )
  // These are below all others.
  for (const drawer of ['core', 'database', 'config']) held.delete(drawer)
  expect(Object.fromEntries(drawn)).toEqual(Object.fromEntries(held))
  expect(held.size).toBeGreaterThan(12)
})
