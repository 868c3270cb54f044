import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { roomkey } from '../contenders/roomkey.ts'
import { number, range } from '../format.ts'
import type { Effort, Table, TableResult } from '../result.ts'
import { spreadOf } from '../statistics.ts'

const PROBE = fileURLToPath(new URL('../client-probe.ts', import.meta.url))
const HERE = fileURLToPath(new URL('../', import.meta.url))
const CLIENTS = [
  { name: 'roomkey', title: '@roomkey/client', source: `export { createRoomkeyClient } from '@roomkey/client'` },
  {
    name: 'trpc',
    title: '@trpc/client, httpBatchLink',
    source: `export { createTRPCClient, httpBatchLink } from '@trpc/client'`,
  },
  { name: 'fetch', title: 'fetch, untyped', source: undefined },
] as const

export const clientTable: Table = { name: 'client', run: measure }

async function measure({ quick, say, servers }: Effort): Promise<TableResult> {
  const server = await servers.start(roomkey)
  const rounds = quick ? 1 : 3
  const times = new Map<string, number[]>(CLIENTS.map(({ name }) => [name, []]))
  say(`${rounds} first calls of ${CLIENTS.length} clients`)
  if (!quick) for (const { name } of CLIENTS) await firstCall(name, server.origin)
  for (let round = 0; round < rounds; round++) {
    for (const { name } of CLIENTS) times.get(name)?.push(await firstCall(name, server.origin))
  }
  say('bundling')
  const sizes = new Map<string, number>()
  for (const { name, source } of CLIENTS) sizes.set(name, source === undefined ? 0 : await bundle(source))
  const size = (sizes.get('roomkey') ?? 0) / 1000
  return {
    title: 'The client',
    note:
      'Size is bundled, minified and gzipped, without React and twilio-video, in thousands of bytes. Time is from ' +
      '`import` to the first token in a new Node process, sources run as they are.',
    parts: [
      {
        columns: ['', 'size kB', 'import + first call ms'],
        rows: CLIENTS.map(({ name, title }) => [
          title,
          number((sizes.get(name) ?? 0) / 1000),
          range(spreadOf(times.get(name) ?? [])),
        ]),
      },
    ],
    figures: [{ id: 'client/size', label: 'client, gzipped', value: size, unit: 'kB', better: 'lower', target: 16 }],
  }
}

async function firstCall(name: string, origin: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROBE, name, origin])
  return Number(stdout)
}

async function bundle(source: string): Promise<number> {
  // Beside the sources, so that packages are found as from here.
  const folder = await mkdtemp(join(HERE, '.bundle-'))
  try {
    const entry = join(folder, 'entry.ts')
    await writeFile(entry, source)
    const output = await build({
      configFile: false,
      logLevel: 'silent',
      root: folder,
      build: {
        write: false,
        minify: true,
        lib: { entry, formats: ['es'], fileName: 'bundle' },
        rollupOptions: { external: ['twilio-video', 'react'] },
      },
    })
    const [first] = Array.isArray(output) ? output : [output]
    if (first === undefined || !('output' in first)) throw new Error('nothing was bundled')
    const code = first.output.map((file) => (file.type === 'chunk' ? file.code : '')).join('')
    return gzipSync(code, { level: 9 }).length
  } finally {
    await rm(folder, { recursive: true })
  }
}
