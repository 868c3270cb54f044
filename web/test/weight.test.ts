import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const DIST = new URL('../dist/', import.meta.url)
const FIRST_LOAD_BYTES = 180_000

test('the first load weighs at most 180 kB gzipped', () => {
  const files = findFirstLoad()
  for (const kind of ['.js', '.css', '.woff2'])
    expect(
      files.some((file) => file.endsWith(kind)),
      kind,
    ).toBe(true)

  const bytes = files.reduce((sum, file) => sum + gzipSync(readDist(file)).length, 0)

  expect(bytes, files.join(', ')).toBeLessThanOrEqual(FIRST_LOAD_BYTES)
})

test('neither the video SDK nor the call is in it', () => {
  const scripts = findFirstLoad().filter((file) => file.endsWith('.js'))
  for (const file of scripts) {
    const code = readDist(file).toString()
    // UserMessage that minifying keeps: an error class of the SDK, and a dialog of the call.
    expect(code, file).not.toContain('ParticipantDuplicateIdentityError')
    expect(code, file).not.toContain('End the call for everyone?')
  }
})

test('the page has no script or style of its own that a strict policy would refuse', () => {
  const html = readDist('index.html').toString()
  expect(html).not.toMatch(/<script(?![^>]* src=)/)
  expect(html).not.toMatch(/<style|style=|\son\w+=/)
})

/** What `index.html` makes a browser fetch before anyone joins, and what those scripts import at once. */
function findFirstLoad(): string[] {
  const html = readDist('index.html').toString()
  const found = new Set(['index.html'])
  const waiting = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '')
  for (const file of waiting) {
    if (found.has(file)) continue
    found.add(file)
    if (!file.endsWith('.js')) continue
    const imports = readDist(file)
      .toString()
      .matchAll(/(?:^|[;}])import(?:[\w${},*\s]+from)?\s*["'`]\.\/([^"'`]+)["'`]/g)
    for (const [, name] of imports) waiting.push(`assets/${name}`)
  }
  return [...found]
}

function readDist(file: string): Buffer {
  return readFileSync(fileURLToPath(new URL(file, DIST)))
}
