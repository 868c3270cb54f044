import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findProblems, readContents, type Contents } from '../contents.ts'
import { lint } from '../lint.ts'
import { packAll, type Tarball } from '../pack.ts'
import { PACKAGES } from '../packages.ts'
import { readVersion } from '../version.ts'

let folder: string
let tarballs: Map<string, { tarball: Tarball; contents: Contents }>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomkey-tarballs-'))
  const packed = await packAll(folder)
  const read = packed.map(
    async (tarball) => [tarball.package.name, { tarball, contents: await readContents(tarball) }] as const,
  )
  tarballs = new Map(await Promise.all(read))
}, 240_000)
afterAll(() => rm(folder, { recursive: true }))

function find(name: string): { tarball: Tarball; contents: Contents } {
  const found = tarballs.get(name)
  if (found === undefined) throw new Error(`${name} was not packed`)
  return found
}

describe.each(PACKAGES.map(({ name }) => name))('%s', (name) => {
  test('holds what is meant, of the one version, and imports nothing that it does not bring', async () => {
    const { tarball, contents } = find(name)
    expect(findProblems(tarball, contents)).toEqual([])
    expect(contents.manifest.version).toBe(await readVersion())
  })

  test('is as publint and arethetypeswrong want it', async () => {
    const { tarball, contents } = find(name)
    expect(await lint(tarball, contents)).toEqual([])
  })
})

test('what does not belong into a package is found', async () => {
  const { tarball, contents } = find('@roomkey/shared')
  const files = new Map(contents.files)
  files.delete('LICENSE')
  files.set('src/room.test.ts', new Uint8Array())
  files.set(
    'dist/leak.d.ts',
    new TextEncoder().encode('import { Pool } from "pg";\nexport declare const pool: Pool;\n'),
  )
  expect(findProblems(tarball, { files, manifest: { ...contents.manifest, license: undefined } })).toEqual([
    'LICENSE is missing',
    'src/room.test.ts is not meant to be inside',
    'package.json says no license',
    'dist/leak.d.ts imports pg, which package.json does not list',
  ])
})

test('the declarations of client and shared name nothing of the server', () => {
  for (const name of ['@roomkey/client', '@roomkey/shared']) {
    for (const [path, data] of find(name).contents.files) {
      if (/\.d\.c?ts$/.test(path))
        expect(new TextDecoder().decode(data), path).not.toMatch(/@roomkey\/server|fastify|"twilio"/)
    }
  }
})

test("the licence is the project's own", async () => {
  const licence = await readFile(new URL('../../LICENSE', import.meta.url), 'utf8')
  for (const { contents } of tarballs.values())
    expect(new TextDecoder().decode(contents.files.get('LICENSE'))).toBe(licence)
})
