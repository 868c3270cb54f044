import { isBuiltin } from 'node:module'
import { readFile } from 'node:fs/promises'
import { unpack } from '@publint/pack'
import { ROOT } from './packages.ts'
import type { Tarball } from './pack.ts'

/** What is inside a tarball: files by their paths below the package. */
export type Contents = { manifest: Manifest; files: Map<string, Uint8Array> }

/** What is read of a `package.json`. */
export type Manifest = {
  name: string
  version: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
} & Record<string, unknown>

/** Reads a tarball, as it would be uploaded. */
export async function readContents({ path }: Tarball): Promise<Contents> {
  const { files, rootDir } = await unpack(await readFile(path))
  const byPath = new Map(files.map(({ name, data }) => [name.slice(rootDir.length + 1), data]))
  return { manifest: JSON.parse(toText(byPath.get('package.json'))) as Manifest, files: byPath }
}

/** What is wrong with what is inside, in words; nothing but what is meant may be. */
export function findProblems({ package: { files: allowed, required } }: Tarball, contents: Contents): string[] {
  const { files, manifest } = contents
  const always = ['package.json', 'README.md', 'LICENSE']
  const paths = [...files.keys()]
  return [
    ...[...always, ...required].filter((path) => !files.has(path)).map((path) => `${path} is missing`),
    ...paths
      .filter((path) => !always.includes(path) && !allowed.test(path))
      .map((path) => `${path} is not meant to be inside`),
    ...FIELDS.filter((field) => manifest[field] === undefined).map((field) => `package.json says no ${field}`),
    ...findUnpublished(manifest),
    ...paths
      .filter((path) => toText(files.get(path)).includes(ROOT))
      .map((path) => `${path} names a folder of this machine`),
    ...findUndeclared(contents),
  ]
}

const FIELDS = ['description', 'keywords', 'license', 'repository', 'engines', 'sideEffects', 'exports', 'files']

function findUnpublished({ dependencies, peerDependencies, exports, imports, bin }: Manifest): string[] {
  const told = JSON.stringify({ dependencies, peerDependencies, exports, imports, bin })
  return ['workspace:', 'catalog:', './src/']
    .filter((word) => told.includes(word))
    .map((word) => `package.json says ${word}`)
}

/** Imports of packages that nobody who installs this one gets, types included. */
function findUndeclared({ manifest, files }: Contents): string[] {
  const declared = new Set([manifest.name, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })])
  return [...files]
    .filter(([path]) => /\.(?:[cm]?js|d\.c?ts)$/.test(path) && !path.startsWith('dist/page/'))
    .flatMap(([path, data]) => [...findImports(toText(data))].map((specifier) => ({ path, specifier })))
    .filter(({ specifier }) => !declared.has(toPackage(specifier)))
    .map(({ path, specifier }) => `${path} imports ${specifier}, which package.json does not list`)
}

/** The modules of other packages that a text imports. What was built has each import on a line of its own. */
function* findImports(text: string): Iterable<string> {
  const imports = /^(?:import|export)\b[^'"]*["']([^'"]+)["'];?$|\b(?:import|require)\(["']([^'"]+)["']\)/gm
  for (const [, fixed, late] of text.matchAll(imports)) {
    const specifier = fixed ?? late ?? ''
    if (!/^[.#]/.test(specifier) && !isBuiltin(specifier)) yield specifier
  }
}

function toPackage(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function toText(data: Uint8Array | undefined): string {
  return new TextDecoder().decode(data)
}
