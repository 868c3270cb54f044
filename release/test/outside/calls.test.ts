import { gzipSync } from 'node:zlib'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp, parseConfig } from '@roomkey/server'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createProject, type Project } from './project.ts'
import { typeCheck } from './type-check.ts'

const app = buildApp(parseConfig({ LOG_LEVEL: 'silent', DATA_DIR: ':memory:' }), { pageDirectory: null })
let project: Project
let url: string
let installed: string
beforeAll(async () => {
  project = await createProject('calls')
  installed = await project.install(['@roomkey/shared', '@roomkey/client'])
  url = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await app.close()
  await project[Symbol.asyncDispose]()
})

test('installing the client warns of nothing, and brings nothing but tRPC and zod', async () => {
  expect(installed).not.toMatch(/warn|deprecated/i)
  const modules = await readdir(join(project.folder, 'node_modules'))
  expect(modules.filter((name) => !name.startsWith('.')).sort()).toEqual([
    '@roomkey',
    '@trpc',
    '@typescript',
    'typescript',
    'zod',
  ])
})

test.each(inject('nodes').filter(({ floorOf }) => floorOf !== 'server'))(
  'Node $version calls a running server, from ESM and from CommonJS',
  async ({ version, folder }) => {
    project.use(folder)
    expect(await project.run('node', ['--version'])).toBe(`v${version}\n`)
    expect(await project.run('node', ['main.mjs', url])).toBe('true ROOM_NOT_FOUND function\n')
    expect(await project.run('node', ['main.cjs', url])).toBe('true true\n')
  },
)

test('Node that strips types calls a running server', async () => {
  expect(JSON.parse(await project.run('node', ['main.ts', url]))).toEqual({
    userId: 'Beyoncé',
    parts: 3,
    found: true,
    code: 'ROOM_NOT_FOUND',
  })
})

test.each(['bundler', 'node16', 'nodenext'] as const)(
  'a project type-checks every library strictly: %s',
  async (module) => {
    // From CommonJS only where TypeScript knows of it.
    const commonjs = module === 'bundler' ? [] : ['main.cts']
    expect(await typeCheck(project, module, ['main.ts', 'node.d.ts', ...commonjs])).toBe('')
    const complaints = await typeCheck(project, module, ['wrong.ts'])
    expect(complaints).toMatch(/wrong\.ts\(3,.*'name' does not exist in type/)
    expect(complaints).toMatch(/wrong\.ts\(4,.*'uniqueName' does not exist on type/)
    expect(complaints).not.toMatch(/^node_modules/m)
  },
)

test('it weighs at most 16 kB gzipped with everything but React and twilio-video, and holds no zod', async () => {
  const [all, calls] = [await measure('all.js'), await measure('calls.js')]
  process.stdout.write(
    `@roomkey/client gzipped: ${all.bytes} bytes with hooks, ${calls.bytes} bytes of calls alone; ` +
      `${all.laterBytes} bytes more with the first subscription\n`,
  )
  expect(all.bytes).toBeLessThanOrEqual(16_000)
  expect(all.laterBytes).toBeLessThanOrEqual(5_500)
  expect(calls.modules.some((id) => id.includes('wsLink'))).toBe(false)
  expect(all.modules.filter((id) => id.includes('/zod/'))).toEqual([])
  expect(all.modules.some((id) => id.includes('/@trpc/client/'))).toBe(true)
  // What a bundler puts in place of Node's own modules.
  expect(all.modules.filter((id) => /^node:|browser-external/.test(id))).toEqual([])
})

test('the programs of the README type-check with the peers installed, and run', async () => {
  const readme = await readFile(new URL('../../../client/README.md', import.meta.url), 'utf8')
  const programs = [...readme.matchAll(/^```(tsx?)\n(.*?)^```/gms)].map(([, extension, code = ''], index) => ({
    file: `example-${index}.${extension}`,
    code: code.replaceAll('http://localhost:5000', url),
  }))
  expect(programs.length).toBeGreaterThan(5)
  for (const { file, code } of programs) await writeFile(join(project.folder, file), code)
  await project.install(['react', '@types/react', '@types/node', 'twilio-video'])
  const files = programs.map(({ file }) => file)
  expect(await typeCheck(project, 'bundler', [...files, '--types', 'node'])).toBe('')

  const run = (marker: string) =>
    project.run('node', [programs.find(({ code }) => code.includes(marker))?.file ?? marker])
  expect(await run('maxParticipants: 10')).toMatch(/^stand-up \d+ \d{4}-/)
  expect(await run('ROOM_NAME_TAKEN')).toBe('take another name\n')
  expect(await run('limit: 100')).toMatch(/^RM\w+ stand-up$/m)
})

/** The size of a bundle as a browser would fetch it, at first and later, and what went into it. */
async function measure(entry: string): Promise<{ bytes: number; laterBytes: number; modules: string[] }> {
  const result = (await build({
    root: project.folder,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      rolldownOptions: {
        input: join(project.folder, entry),
        preserveEntrySignatures: 'strict',
        external: ['react', 'twilio-video'],
      },
    },
  })) as Rolldown.RolldownOutput
  const chunks = result.output.filter((file) => file.type === 'chunk')
  const first = chunks.find(({ isEntry }) => isEntry)
  const isFirst = (fileName: string) => fileName === first?.fileName || first?.imports.includes(fileName) === true
  const sizeOf = (some: typeof chunks) => some.reduce((sum, { code }) => sum + gzipSync(code).byteLength, 0)
  return {
    bytes: sizeOf(chunks.filter(({ fileName }) => isFirst(fileName))),
    laterBytes: sizeOf(chunks.filter(({ fileName }) => !isFirst(fileName))),
    modules: chunks.flatMap((chunk) => chunk.moduleIds),
  }
}
