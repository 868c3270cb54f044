import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as shared from '@roomkey/shared'
import { createOpenApi } from '@roomkey/shared/openapi'
import { generateCalls } from './calls.ts'
import { generateReadme } from './readme.ts'
import { generateReference } from './reference.ts'
import { byRouter, readContract } from './source.ts'

// Writes what follows from the contract. With `--check` it writes nothing, names what is stale, and fails.

const root = fileURLToPath(new URL('..', import.meta.url))
const REFERENCE = 'docs/reference'

function generate(): Map<string, string> {
  const source = readContract(shared.contract, shared)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const openApi = createOpenApi(shared.contract, { version, schemas: shared })
  return new Map([
    ['client/src/calls.ts', format('client/src/calls.ts', generateCalls(source))],
    ['docs/openapi.json', format('docs/openapi.json', JSON.stringify(openApi))],
    ...byRouter(source).map(
      ([router, procedures]) => [`${REFERENCE}/${router}.md`, generateReference(source, router, procedures)] as const,
    ),
    ['README.md', generateReadme(source, readFileSync(join(root, 'README.md'), 'utf8'))],
  ])
}

/** As `npm run format` would have it, so that the two do not take turns. */
function format(path: string, text: string): string {
  return execFileSync('oxfmt', ['--stdin-filepath', path], { cwd: root, input: text, encoding: 'utf8' })
}

function isStale([path, text]: [path: string, text: string]): boolean {
  return !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text
}

/** Pages of routers that are gone. */
function findOrphans(files: ReadonlyMap<string, string>): string[] {
  const pages = existsSync(join(root, REFERENCE)) ? readdirSync(join(root, REFERENCE)) : []
  return pages.map((page) => `${REFERENCE}/${page}`).filter((page) => !files.has(page))
}

const files = generate()
const stale = [...files].filter(isStale)
const orphans = findOrphans(files)

if (process.argv.includes('--check')) {
  for (const path of [...stale.map(([stalePath]) => stalePath), ...orphans]) console.error(`${path} is stale`)
  if (stale.length + orphans.length > 0) {
    console.error('The contract has changed: run "npm run generate" and commit what it writes.')
    process.exitCode = 1
  }
} else {
  for (const [path, text] of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    console.log(`wrote ${path}`)
  }
  for (const path of orphans) {
    rmSync(join(root, path))
    console.log(`removed ${path}`)
  }
}
