import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Crowd } from './crowd.ts'

test('a thousand rooms of four cost little memory, and give it back when everyone has left', async () => {
  const program = fileURLToPath(new URL('crowd.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program])
  const { before, full, after } = JSON.parse(stdout) as Crowd

  expect(full, stdout).toBeGreaterThan(before)
  // 4,000 participants with two tracks each: at most 20 kB for one.
  expect(full - before, stdout).toBeLessThan(80)
  expect(after - before, stdout).toBeLessThan(Math.max(4, (full - before) / 4))
})
