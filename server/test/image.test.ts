import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

let parent: string
let app: string
let scripts: Record<string, string>

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'roomkey-image-'))
  app = join(parent, 'app')
  const dockerfile = await readFile(join(CHECKOUT, 'Dockerfile'), 'utf8')
  await buildImage(dockerfile.slice(dockerfile.lastIndexOf('\nFROM ')))
  scripts = (JSON.parse(await readFile(join(app, 'package.json'), 'utf8')) as { scripts: typeof scripts }).scripts
}, 60_000)
afterAll(() => rm(parent, { recursive: true }))

test('npm run keys and npm run audit work in the image', async () => {
  expect(await run('keys', 'create', 'billing')).toContain('rk_')
  expect(await run('audit', '--json')).not.toContain('Usage')
}, 120_000)

test('every command of the server finds all that it is made of', async () => {
  const commands = Object.entries(scripts).filter(([, script]) => script.includes('server/src/cli/'))
  expect(commands.length).toBeGreaterThan(1)
  for (const [name] of commands) {
    const told = await run(name, '--no-such-option').catch((error: unknown) => JSON.stringify(error))
    expect(told).not.toMatch(/ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|no such file/i)
  }
}, 120_000)

async function run(script: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('npm', ['run', script, '--', ...args], {
    cwd: app,
    env: {
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: parent,
      DATA_DIR: join(parent, 'data'),
      AUTH_JWT_SECRET: 'a-secret-of-tests-with-more-than-32-bytes',
      ...environment,
    },
  })
  return stdout + stderr
}

const environment: Record<string, string> = {}

/** Does what the last stage of the Dockerfile does, but for the system and the built page. */
async function buildImage(stage: string): Promise<void> {
  for (const [, pairs = ''] of stage.matchAll(/^ENV (.+)$/gm)) {
    for (const [, name = '', value = ''] of pairs.matchAll(/(\w+)=(\S+)/g)) {
      if (name.startsWith('npm_')) environment[name] = value
    }
  }
  for (const [, sources = '', target = ''] of stage.matchAll(/^COPY (?!--)(.+) (\S+)$/gm)) {
    for (const source of sources.split(' ')) {
      const into = target.endsWith('/') ? join(app, target, basename(source)) : join(app, target)
      await mkdir(dirname(into), { recursive: true })
      await cp(join(CHECKOUT, source), into, { recursive: true })
    }
  }
  for (const folder of await readdir(app, { withFileTypes: true })) {
    if (folder.isDirectory()) await install(folder.name)
  }
}

/** What the package depends on is the checkout's, but for our own packages: those are the image's. */
async function install(name: string): Promise<void> {
  const [from, to] = [join(CHECKOUT, name, 'node_modules'), join(app, name, 'node_modules')]
  await mkdir(join(to, '@roomkey'), { recursive: true })
  for (const entry of await readdir(from)) {
    if (entry.startsWith('.') || entry === '@roomkey') continue
    await symlink(join(from, entry), join(to, entry))
  }
  for (const own of await readdir(join(from, '@roomkey')).catch(() => [])) {
    await symlink(join(app, basename(await realpath(join(from, '@roomkey', own)))), join(to, '@roomkey', own))
  }
}
