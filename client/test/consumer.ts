import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)
// The pinned Node and the tools come first, as they do under `npm test`.
const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH']}` }

export type Consumer = AsyncDisposable & {
  folder: string
  /** Writes a source file. */
  write(file: string, text: string): Promise<void>
  /** Type-checks files with every check of libraries on, and gives the complaints. */
  typeCheck(module: 'NodeNext' | 'Bundler', files: string[]): Promise<string>
  /** Runs a file, and gives what it prints. */
  run(file: string, ...args: string[]): Promise<string>
  /** Makes packages of the workspace's own `node_modules` available. */
  link(...packages: string[]): Promise<void>
}

/**
 * A project outside the workspace that has installed the packed `client` and `shared`, without the network: what
 * these two depend on is copied from the workspace, which makes npm content with what it finds.
 */
export async function createConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'roomkey-consumer-'))
  const modules = join(folder, 'node_modules')
  const write = (file: string, text: string) => writeFile(join(folder, file), text)
  const copy = async (name: string, from: string) =>
    cp(await realpath(join(root, from, 'node_modules', name)), join(modules, name), { recursive: true })

  await write('package.json', JSON.stringify({ private: true, type: 'module' }))
  await Promise.all([copy('zod', 'shared'), copy('@trpc/client', 'client'), copy('@trpc/server', 'client')])
  const packages = await pack(join(folder, 'packages'))
  const options = ['--offline', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', ['install', ...options, '--cache', join(folder, 'cache'), ...packages], { cwd: folder, env })

  return {
    folder,
    write,
    async typeCheck(module, files) {
      const modes = {
        NodeNext: ['--module', 'NodeNext'],
        Bundler: ['--module', 'ESNext', '--moduleResolution', 'Bundler'],
      }
      const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false']
      // tRPC's own types name `AsyncDisposable`.
      const lib = ['--target', 'ES2022', '--lib', 'ES2022,ESNext.Disposable,DOM,DOM.Iterable', '--jsx', 'react-jsx']
      const check = run('tsc', [...modes[module], ...strict, ...lib, ...files], { cwd: folder, env })
      return check.then(
        ({ stdout }) => stdout,
        ({ stdout }: { stdout: string }) => stdout,
      )
    },
    async run(file, ...args) {
      const { stdout } = await run(process.execPath, [file, ...args], { cwd: folder, env })
      return stdout
    },
    async link(...names) {
      for (const name of names) {
        await mkdir(join(modules, name, '..'), { recursive: true })
        await symlink(await realpath(join(root, 'client/node_modules', name)), join(modules, name))
      }
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Builds and packs both packages, as for publishing, and gives the tarballs. */
async function pack(folder: string): Promise<string[]> {
  // The one place that names the version is the script that sets a checkout up.
  const [pnpm = 'pnpm'] = /pnpm@[\d.]+/.exec(await readFile(join(root, 'setup.mjs'), 'utf8')) ?? []
  const filters = ['--filter', '@roomkey/shared', '--filter', '@roomkey/client']
  const args = ['--yes', '--prefer-offline', pnpm, ...filters, 'pack', '--pack-destination', folder]
  await run('npx', args, { cwd: root, env })
  return (await readdir(folder)).map((file) => join(folder, file))
}
