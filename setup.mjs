// Makes a checkout ready to run: installs what the lock file names and builds the page, each only
// when its inputs changed. It runs on whatever Node the machine has (>= 20.19), before anything is
// installed, hence plain JavaScript without dependencies. The scripts that follow it in
// package.json run on the pinned Node 24: npm puts node_modules/.bin first on their PATH.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const packages = [
  'shared',
  'generate',
  'transport',
  'server',
  'client',
  'emulator',
  'web',
  'bench',
  'docs',
  'release',
  'examples',
]
const examples = ['aws-lambda', 'express', 'fastify', 'hono', 'merged-router', 'nestjs', 'twilio-function']

await step({
  name: 'install',
  inputs: [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'package.json',
    ...packages.map((name) => join(name, 'package.json')),
    ...examples.map((name) => join('examples', name, 'package.json')),
  ],
  stamp: 'node_modules/.roomkey-install',
  command: 'npx --yes pnpm@12.21.0 install --frozen-lockfile',
})

if (process.argv.includes('--build')) {
  await step({
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
async function step({ name, inputs, stamp, command, cwd = '.' }) {
  const fingerprint = hashFiles(inputs)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return
  console.log(`roomkey: ${name} …`)
  const status = await run(command, cwd)
  if (status !== 0) {
    console.error(`roomkey: "${name}" failed; the output above says why`)
    process.exit(status)
  }
  writeFileSync(stamp, fingerprint)
}

/** Runs a command to its end, and passes signals on to all that it started. */
function run(command, cwd) {
  // A group of its own can be told as a whole; Windows has neither groups nor signals. It is not the terminal's own
  // group, though, and would be stopped if it read from there.
  const detached = process.platform !== 'win32'
  const child = spawn(command, { cwd, shell: true, stdio: ['ignore', 'inherit', 'inherit'], detached })
  let told
  for (const signal of detached ? ['SIGINT', 'SIGTERM'] : []) {
    process.on(signal, () => {
      told = signal
      if (child.pid !== undefined) process.kill(-child.pid, signal)
    })
  }
  return new Promise((resolve) => {
    child.on('close', (status) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal)
      if (told !== undefined) process.kill(process.pid, told)
      resolve(status ?? 1)
    })
  })
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
