import { glob, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './packages.ts'

/** Manifests of the project: its own and one a folder. */
async function listManifests(): Promise<string[]> {
  const paths: string[] = []
  for await (const path of glob(['package.json', '*/package.json'], { cwd: ROOT })) paths.push(join(ROOT, path))
  return paths
}

/** The one version of all packages. @throws where they have several. */
export async function readVersion(): Promise<string> {
  const texts = await Promise.all((await listManifests()).map((path) => readFile(path, 'utf8')))
  const versions = new Set(texts.map((text) => (JSON.parse(text) as { version?: string }).version).filter(Boolean))
  const [version, ...others] = [...versions]
  if (version === undefined || others.length > 0) {
    throw new Error(`Packages have one version; here they have ${[...versions].join(', ')}. Use --prepare <version>`)
  }
  return version
}

/** Writes the version of all packages. */
export async function writeVersion(version: string): Promise<void> {
  if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) throw new Error(`${version} is no version such as 1.2.3`)
  for (const path of await listManifests()) {
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace(/^ {2}"version": ".*"/m, `  "version": "${version}"`))
  }
}
