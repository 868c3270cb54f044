import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import { packAll } from '../../pack.ts'

/** The oldest Node that each package says it runs on. */
const FLOORS = { calls: '22.12.0', server: '22.21.0' }

declare module 'vitest' {
  interface ProvidedContext {
    /** The packages as they would be uploaded, by their names. */
    tarballs: Record<string, string>
    /** Folders that hold a `node`, by its version: the floors, and the one that everything else runs on. */
    nodes: { version: string; floorOf: 'calls' | 'server' | undefined; folder: string }[]
  }
}

/** Packs everything once, and installs the oldest versions of Node. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'roomkey-outside-'))
  const [tarballs, calls, server] = await Promise.all([
    packAll(join(folder, 'tarballs')),
    installNode(folder, FLOORS.calls),
    installNode(folder, FLOORS.server),
  ])
  project.provide('tarballs', Object.fromEntries(tarballs.map(({ package: { name }, path }) => [name, path])))
  project.provide('nodes', [
    { version: FLOORS.calls, floorOf: 'calls', folder: calls },
    { version: FLOORS.server, floorOf: 'server', folder: server },
    { version: process.versions.node, floorOf: undefined, folder: dirname(process.execPath) },
  ])
  return () => rm(folder, { recursive: true, force: true })
}

async function installNode(parent: string, version: string): Promise<string> {
  const folder = join(parent, `node-${version}`)
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', `node@${version}`]
  await promisify(execFile)('npm', args, { cwd: folder })
  return join(folder, 'node_modules/.bin')
}
