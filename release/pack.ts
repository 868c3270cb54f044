import { execFile } from 'node:child_process'
import { mkdir, readFile, readdir, rm } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { PACKAGES, ROOT, type Package } from './packages.ts'

/** A packed package: what would be uploaded. */
export type Tarball = { package: Package; path: string }

/** Builds and packs every package into a folder, as for publishing. The page must be built already. */
export async function packAll(folder: string): Promise<Tarball[]> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const filters = PACKAGES.flatMap(({ name }) => ['--filter', name])
  const args = ['--yes', '--prefer-offline', await findPnpm(), ...filters, 'pack', '--pack-destination', folder]
  // The pinned Node and the tools come first, as they do under `npm run`.
  const path = [join(ROOT, 'node_modules/.bin'), process.env['PATH']].join(delimiter)
  await promisify(execFile)('npx', args, { cwd: ROOT, env: { ...process.env, PATH: path } }).catch(explain)
  const files = await readdir(folder)
  return PACKAGES.map((one) => {
    const stem = `${one.name.replace('@', '').replace('/', '-')}-`
    const file = files.find((name) => name.startsWith(stem))
    if (file === undefined) throw new Error(`${one.name} was not packed`)
    return { package: one, path: join(folder, file) }
  })
}

/** The one place that names the version is the script that sets a checkout up. */
async function findPnpm(): Promise<string> {
  return /pnpm@[\d.]+/.exec(await readFile(join(ROOT, 'setup.mjs'), 'utf8'))?.[0] ?? 'pnpm'
}

function explain(error: Error & { stdout?: string; stderr?: string }): never {
  throw new Error(`The packages could not be built and packed:\n${error.stdout}\n${error.stderr}`, { cause: error })
}
