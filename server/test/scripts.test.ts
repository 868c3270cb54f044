import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
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

test.skipIf(process.platform === 'win32')(
  'npm start passes signals on, and waits for the end',
  async () => {
    const checkout = await mkdtemp(join(tmpdir(), 'roomkey-scripts-'))
    try {
      await cp(MANIFEST, join(checkout, 'package.json'))
      await writeFile(join(checkout, 'setup.mjs'), '')
      await mkdir(join(checkout, 'server'))
      await writeFile(join(checkout, 'server', 'roomkey.mjs'), SERVER)
      const npm = spawn('npm', ['start'], { cwd: checkout, stdio: ['ignore', 'pipe', 'ignore'] })
      const lines = createInterface({ input: npm.stdout })[Symbol.asyncIterator]()
      const ended = once(npm, 'close')
      expect(await untilLine(lines, /^up$/)).toBe('up')
      npm.kill('SIGTERM')
      expect(await untilLine(lines, /^closing|^closed/)).toBe('closing')
      expect(await untilLine(lines, /^closed/)).toBe('closed')
      expect(await ended).toEqual([0, null])
    } finally {
      await rm(checkout, { recursive: true })
    }
  },
  60_000,
)

test.skipIf(process.platform === 'win32')(
  'npm start passes signals on to an installation too',
  async () => {
    const checkout = await mkdtemp(join(tmpdir(), 'roomkey-scripts-'))
    try {
      await cp(MANIFEST, join(checkout, 'package.json'))
      await cp(fileURLToPath(new URL('../../setup.mjs', import.meta.url)), join(checkout, 'setup.mjs'))
      await mkdir(join(checkout, 'tools'))
      await writeFile(join(checkout, 'tools', 'npx'), INSTALLATION, { mode: 0o755 })
      const npm = spawn('npm', ['start'], {
        cwd: checkout,
        // A pipe of the test's own that something left behind would keep the whole run from ending.
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { ...process.env, PATH: [join(checkout, 'tools'), process.env['PATH']].join(delimiter) },
      })
      const lines = createInterface({ input: npm.stdout })[Symbol.asyncIterator]()
      const ended = once(npm, 'close')
      expect(await untilLine(lines, /^installing$/)).toBe('installing')
      npm.kill('SIGTERM')
      expect(await untilLine(lines, /^stopped$/)).toBe('stopped')
      await ended
    } finally {
      await rm(checkout, { recursive: true })
    }
  },
  60_000,
)

/**
 * Takes its time, and says when it is stopped. No shell: one that is about to wait for what it has just started can miss
 * the signal, and so can what it started.
 */
const INSTALLATION = `#!${process.execPath}
process.on('SIGTERM', () => {
  console.log('stopped')
  process.exit(143)
})
setTimeout(() => {}, 60_000)
console.log('installing')
`

/** Takes its time to close. */
const SERVER = `
const alive = setTimeout(() => {}, 60_000)
process.on('SIGTERM', () => {
  console.log('closing')
  setTimeout(() => { console.log('closed'); clearTimeout(alive) }, 300)
})
console.log('up')
`

async function untilLine(lines: AsyncIterator<string>, pattern: RegExp): Promise<string | undefined> {
  const { value, done } = await lines.next()
  return done === true || pattern.test(value) ? value : untilLine(lines, pattern)
}

function withoutPackages(path: string): string {
  const folders = path.split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return folders.join(delimiter)
}
