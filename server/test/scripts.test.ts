import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const MANIFEST = fileURLToPath(new URL('../../package.json', import.meta.url))

/** Installs nothing but a Node that says what it would run. */
const SETUP = `
import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('node_modules/.bin', { recursive: true })
writeFileSync('node_modules/.bin/node', '#!/bin/sh\\necho pinned "$@"\\n', { mode: 0o755 })
`

// A shell remembers where it found a command, so one that ran the machine's Node would go on running it.
test.each([
  ['start', 'server/roomkey.mjs'],
  ['emulator', 'emulator/src/main.ts'],
  ['keys', 'server/src/cli/keys.ts'],
  ['audit', 'server/src/cli/audit.ts'],
  ['doctor', 'server/src/cli/doctor.ts'],
  ['bench', 'bench/src/main.ts'],
])('npm run %s runs on the Node that it has just installed', async (script, main) => {
  const checkout = await mkdtemp(join(tmpdir(), 'roomkey-scripts-'))
  try {
    await cp(MANIFEST, join(checkout, 'package.json'))
    await writeFile(join(checkout, 'setup.mjs'), SETUP)
    const { stdout } = await promisify(execFile)('npm', ['run', script, '--', '--some-option'], {
      cwd: checkout,
      env: { ...process.env, PATH: withoutPackages(process.env['PATH'] ?? '') },
    })
    expect(stdout).toContain(`pinned ${main} --some-option`)
  } finally {
    await rm(checkout, { recursive: true })
  }
})

function withoutPackages(path: string): string {
  const folders = path.split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return folders.join(delimiter)
}
