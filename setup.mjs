// Makes a checkout ready to run: installs what the lock file names and builds the page, each only
// when its inputs changed. It runs on whatever Node the machine has (>= 20.19), before anything is
// installed, hence plain JavaScript without dependencies. The scripts that follow it in
// package.json run on the pinned Node 24: npm puts node_modules/.bin first on their PATH.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const packages = ['shared', 'generate', 'transport', 'server', 'client', 'emulator', 'web', 'bench', 'docs']

step({
  name: 'install',
  inputs: [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...packages.map((name) => join(name, 'package.json')),
  ],
  stamp: 'node_modules/.roomkey-install',
  command: 'npx --yes pnpm@12.21.0 install --frozen-lockfile',
})

if (process.argv.includes('--build')) {
  step({
    name: 'build the page',
    inputs: [
      'pnpm-lock.yaml',
      'shared/src',
      'client/src',
      'web/index.html',
      'web/vite.config.ts',
      'web/src',
      'web/public',
    ],
    stamp: 'web/dist/.roomkey-build',
    command: 'npx --no vite build',
    cwd: 'web',
  })
}

/** Runs `command` unless the stamp left by its last success still matches its inputs. */
function step({ name, inputs, stamp, command, cwd = '.' }) {
  const fingerprint = hashFiles(inputs)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return
  console.log(`roomkey: ${name} …`)
  const { status } = spawnSync(command, { cwd, shell: true, stdio: 'inherit' })
  if (status !== 0) {
    console.error(`roomkey: "${name}" failed; the output above says why`)
    process.exit(status ?? 1)
  }
  writeFileSync(stamp, fingerprint)
}

function hashFiles(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(listFiles)) hash.update(path).update(readFileSync(path))
  return hash.digest('hex')
}

function listFiles(path) {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => listFiles(join(path, name)))
}
