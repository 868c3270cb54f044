import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { ROOT } from '../../packages.ts'

type Environment = Record<string, string>

/** A project outside the workspace, with a `node_modules` of its own. */
export type Project = AsyncDisposable & {
  folder: string
  /** Installs more: ours from their tarballs, others in the version that the workspace has. Gives what npm says. */
  install(packages: string[]): Promise<string>
  /** Runs a command to its end. Gives what it prints; on failure, throws with that in the message. */
  run(command: string, args?: string[], env?: Environment): Promise<string>
  /** Starts a command that stays. Gives what the first group of `ready` matches in what it prints. */
  start(command: string, args: string[], env: Environment, ready: RegExp): Promise<string>
  /** Gives the project another Node. */
  use(node: string): void
}

/** Makes a project of the files in `projects/<name>`, or in another folder. Nothing of the workspace is on its path but the pinned Node. */
export async function createProject(name: string, source = `projects/${name}`): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), `roomkey-${name}-`))
  await cp(fileURLToPath(new URL(source, import.meta.url)), folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(folder, { recursive: true, force: true }))
  let node = fileURLToPath(new URL('node_modules/.bin', `file://${ROOT}`))

  const toEnv = (env: Environment = {}) => ({
    ...OUTER,
    // What is printed is read: a build server's environment turns colours on.
    NO_COLOR: '1',
    PATH: [node, join(folder, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
    ...env,
  })

  async function run(command: string, args: string[] = [], env?: Environment): Promise<string> {
    const ran = promisify(execFile)(command, args, { cwd: folder, env: toEnv(env), timeout: 300_000 })
    const { stdout, stderr } = await ran.catch((error: Error & { stdout: string; stderr: string }) => {
      throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout}\n${error.stderr}`)
    })
    return stdout + stderr
  }

  const kept = cleanup.move()
  return {
    folder,
    run,
    use(other) {
      node = other
    },
    async install(packages) {
      const named = await Promise.all(packages.map(toSpecifier))
      return run('npm', ['install', ...QUIETLY, ...named])
    },
    async start(command, args, env, ready) {
      const child = spawn(command, args, {
        cwd: folder,
        env: toEnv(env),
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      const ended = once(child, 'close')
      kept.defer(async () => {
        // With all that it started: npx passes no signal on.
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid)
        await ended
      })
      return waitFor(child, ready)
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** A connection to the registry that hangs is given up in half a minute, not in five. */
const QUIETLY = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-timeout=30000', '--fetch-retries=5']

/** What this machine needs to reach a registry; not what npm and Vitest tell whatever they run. */
const OUTER = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|VITEST|NODE_ENV$|NODE_OPTIONS$|TEST$|FORCE_COLOR$)/.test(name),
  ),
)

/** Ours is a tarball; another's version is the workspace's where it has one, so that nothing changes by itself. */
async function toSpecifier(name: string): Promise<string> {
  const tarball = inject('tarballs')[name]
  if (tarball !== undefined) return tarball
  const catalog = await readFile(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')
  const version = new RegExp(`^  '?${name}'?: (\\S+)$`, 'm').exec(catalog)?.[1]
  return version === undefined ? name : `${name}@${version}`
}

async function waitFor(child: ReturnType<typeof spawn>, ready: RegExp): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      const found = ready.exec(printed)?.[1]
      if (found !== undefined) resolve(found)
    })
  }
  child.once('close', () => reject(new Error(`It ended before it was ready:\n${printed}`)))
  const deadline = setTimeout(() => reject(new Error(`It was not ready in a minute:\n${printed}`)), 60_000)
  return promise.finally(() => clearTimeout(deadline))
}
