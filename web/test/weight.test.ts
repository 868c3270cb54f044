import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const DIST = new URL('../dist/', import.meta.url)
const FIRST_LOAD_BYTES = 180_000

/** What `index.html` makes a browser fetch before anyone joins: scripts, styles, the typeface. */
function findFirstLoad(): string[] {
  const html = readDist('index.html').toString()
  const asked = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file ?? '')
  return ['index.html', ...asked]
}

test('the first load weighs at most 180 kB gzipped', () => {
  const files = findFirstLoad()
  expect(files.some((file) => file.endsWith('.js'))).toBe(true)
  expect(files.some((file) => file.endsWith('.css'))).toBe(true)

  const bytes = files.reduce((sum, file) => sum + gzipSync(readDist(file)).length, 0)

  expect(bytes, files.join(', ')).toBeLessThanOrEqual(FIRST_LOAD_BYTES)
})

test('the video SDK is not in it, and neither is any script that imports it at once', () => {
  const scripts = findFirstLoad().filter((file) => file.endsWith('.js'))
  for (const file of scripts) {
    const code = readDist(file).toString()
    expect(code, file).not.toContain('LocalParticipant')
    expect([...code.matchAll(/(?:^|;)import(?:\s*[^('"]*from)?\s*["']([^"']+)/g)].map(([, from]) => from)).toEqual(
      file.includes('/index-') ? expect.arrayContaining([]) : [],
    )
  }
})

function readDist(file: string): Buffer {
  return readFileSync(fileURLToPath(new URL(file, DIST)))
}
