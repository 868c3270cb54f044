import { gzipSync } from 'node:zlib'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp, parseConfig } from '@roomkey/server'
import { build, type Rolldown } from 'vite'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createConsumer, type Consumer } from './consumer.ts'

// Building, packing and installing are real, and other tests run beside them.
vi.setConfig({ testTimeout: 240_000 })

let consumer: Consumer
beforeAll(async () => {
  consumer = await createConsumer()
}, 600_000)
afterAll(() => consumer[Symbol.asyncDispose]())

const SCRIPT = `
import { createRoomkeyClient, isRoomkeyError } from '@roomkey/client'
import type { RoomSid } from '@roomkey/shared'

const client = createRoomkeyClient({ url: process.argv[2] ?? '' })
const room = await client.rooms.create({ roomName: 'outside', access: 'signed-in' })
const sid: RoomSid = room.sid
const { userId, token } = await client.auth.getToken({ roomSid: sid, userId: 'Beyoncé' })
const { rooms } = await client.rooms.list()
const code = await client.rooms.get({ sid: 'elsewhere' }).catch((error: unknown) => isRoomkeyError(error) && error.code)
console.log(JSON.stringify({ name: room.name, userId, parts: token.split('.').length, rooms: rooms.length, code }))
`

const WRONG = `
import { createRoomkeyClient } from '@roomkey/client'
const client = createRoomkeyClient({ url: 'http://localhost:5000' })
void client.rooms.create({ name: 'x' })
void client.rooms.get({ sid: 'x' }).then((room) => room.uniqueName)
`

test('the packages name nothing of the workspace, and bring nothing of the server', async () => {
  const modules = await readdir(join(consumer.folder, 'node_modules'))
  expect(modules.filter((name) => !name.startsWith('.')).sort()).toEqual(['@roomkey', '@trpc', 'zod'])
  for (const name of ['client', 'shared']) {
    const folder = join(consumer.folder, 'node_modules/@roomkey', name)
    const { dependencies, exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
      exports: object
    }
    expect(JSON.stringify({ dependencies, exports })).not.toMatch(/workspace:|catalog:|src/)
    const files = await readdir(folder, { recursive: true })
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([])
    for (const file of files.filter((entry) => entry.endsWith('.d.ts'))) {
      expect(await readFile(join(folder, file), 'utf8'), file).not.toMatch(/@roomkey\/server|fastify|from "twilio"/)
    }
  }
})

test.each(['NodeNext', 'Bundler'] as const)('a project outside type-checks every library (%s)', async (module) => {
  // `process` is all that the script takes from Node.
  await consumer.write('node.d.ts', 'declare const process: { argv: string[] }')
  await consumer.write('main.ts', SCRIPT)
  expect(await consumer.typeCheck(module, ['main.ts', 'node.d.ts'])).toBe('')
  await consumer.write('wrong.ts', WRONG)
  const complaints = await consumer.typeCheck(module, ['wrong.ts'])
  expect(complaints).toMatch(/wrong\.ts\(4,.*'name' does not exist in type/)
  expect(complaints).toMatch(/wrong\.ts\(5,.*'uniqueName' does not exist on type/)
  expect(complaints).not.toContain('node_modules')
})

test('a script outside calls a running server', async () => {
  await consumer.write('main.ts', SCRIPT)
  await using app = buildApp(parseConfig({ LOG_LEVEL: 'silent', DATA_DIR: ':memory:' }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  expect(JSON.parse(await consumer.run('main.ts', url))).toEqual({
    name: 'outside',
    userId: 'Beyoncé',
    parts: 3,
    rooms: 1,
    code: 'ROOM_NOT_FOUND',
  })
})

test('it weighs at most 15.5 kB gzipped with everything but React and twilio-video, and holds no zod', async () => {
  await consumer.write('all.js', `export * from '@roomkey/client'\nexport * from '@roomkey/client/react'`)
  await consumer.write('calls.js', `export { createRoomkeyClient } from '@roomkey/client'`)
  const all = await measure('all.js')
  const calls = await measure('calls.js')
  process.stdout.write(
    `@roomkey/client gzipped: ${all.bytes} bytes with hooks, ${calls.bytes} bytes of calls alone; ` +
      `${all.laterBytes} bytes more with the first subscription\n`,
  )
  expect(all.bytes).toBeLessThanOrEqual(15_500)
  expect(all.laterBytes).toBeLessThanOrEqual(5_500)
  expect(calls.modules.some((id) => id.includes('wsLink'))).toBe(false)
  expect(all.modules.filter((id) => id.includes('/zod/'))).toEqual([])
  expect(all.modules.some((id) => id.includes('/@trpc/client/'))).toBe(true)
  // What a bundler puts in place of Node's own modules.
  expect(all.modules.filter((id) => /^node:|browser-external/.test(id))).toEqual([])
})

test('the examples of the README type-check, with the peers installed, and run', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const examples = [...readme.matchAll(/^```(tsx?)\n(.*?)^```/gms)].map(([, extension, code = ''], index) => ({
    file: `example-${index}.${extension}`,
    code,
  }))
  expect(examples.length).toBeGreaterThan(5)
  for (const { file, code } of examples) await consumer.write(file, code)
  await consumer.link('react', 'twilio-video', '@types/react', '@types/node')
  const files = examples.map(({ file }) => file)
  expect(await consumer.typeCheck('Bundler', [...files, '--types', 'node'])).toBe('')

  await using app = buildApp(parseConfig({ LOG_LEVEL: 'silent', DATA_DIR: ':memory:' }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const runExample = async (marker: string) => {
    const example = examples.find(({ code }) => code.includes(marker))
    if (example === undefined) throw new Error(`no example has ${marker}`)
    await consumer.write(example.file, example.code.replaceAll('http://localhost:5000', url))
    return consumer.run(example.file)
  }
  expect(await runExample('maxParticipants: 10')).toMatch(/^stand-up \d+ \d{4}-/)
  expect(await runExample('ROOM_NAME_TAKEN')).toBe('take another name\n')
  expect(await runExample('limit: 100')).toMatch(/^RM\w+ stand-up\n$/)
})

/** The size of a bundle as a browser would fetch it, at first and later, and what went into it. */
async function measure(entry: string): Promise<{ bytes: number; laterBytes: number; modules: string[] }> {
  const result = (await build({
    root: consumer.folder,
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      rolldownOptions: {
        input: join(consumer.folder, entry),
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
