import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment, type Contender } from '../contender.ts'
import { express } from '../contenders/express.ts'
import { livekit } from '../contenders/livekit.ts'
import { raw } from '../contenders/raw.ts'
import { roomkey } from '../contenders/roomkey.ts'
import { TWILIO_ENVIRONMENT } from '../contenders/work.ts'
import { createDataFolder, type DataFolder } from '../data-folder.ts'
import { mib, range, ratio } from '../format.ts'
import { rssOf } from '../machine.ts'
import type { Effort, Table, TableResult } from '../result.ts'
import { ratiosOf, spreadOf } from '../statistics.ts'
import { requireToken } from './mint.ts'

const MAIN = new URL('../../../server/roomkey.mjs', import.meta.url).href
const IDLE_MS = 1000
const POLL_MS = 3

/** The server as it is deployed; the others are their own main files. */
const CONTENDERS: Contender[] = [
  {
    ...roomkey,
    name: 'roomkey-twilio',
    title: 'Roomkey, Twilio credentials',
    url: MAIN,
    env: { ...TWILIO_ENVIRONMENT, OPEN_ACCESS: 'true' },
    storesFiles: true,
  },
  { ...roomkey, title: 'Roomkey, emulator inside', url: MAIN },
  express,
  livekit,
  raw,
]

const COMPARED = ['roomkey-twilio', 'express']

export const startTable: Table = { name: 'start', run: measure }

type Start = { firstTokenMs: number[]; idleBytes: number[] }

async function measure({ quick, say }: Effort): Promise<TableResult> {
  // A quick run looks at those that a target compares.
  const contenders = quick ? CONTENDERS.filter(({ name }) => COMPARED.includes(name)) : CONTENDERS
  const starts = new Map<string, Start>(contenders.map(({ name }) => [name, { firstTokenMs: [], idleBytes: [] }]))
  const rounds = quick ? 2 : 4
  using folder = createDataFolder()
  say('idle memory')
  // Roomkey keeps what it compiled when it stops.
  for (const contender of contenders) if (contender.url === MAIN) await start(contender, folder, 0, 'SIGTERM')
  await Promise.all(
    contenders.map(async (contender) => {
      const { idleBytes } = await start(contender, folder, IDLE_MS, 'SIGKILL')
      starts.get(contender.name)?.idleBytes.push(idleBytes)
    }),
  )
  // By now the files that any of them reads are in memory.
  say(`${rounds} starts of ${contenders.length} servers`)
  for (let round = 0; round < rounds; round++) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const { firstTokenMs } = await start(contender, folder, 0, 'SIGKILL')
      starts.get(contender.name)?.firstTokenMs.push(firstTokenMs)
    }
  }
  const of = (name: string): Start => starts.get(name) ?? { firstTokenMs: [], idleBytes: [] }
  const startRatio = ratiosOf(of('roomkey-twilio').firstTokenMs, of('express').firstTokenMs)
  const memoryRatio = ratiosOf(of('roomkey-twilio').idleBytes, of('express').idleBytes)
  return {
    title: 'Start and idle memory',
    note: 'From starting the process to its first access token, and resident memory a second after that.',
    parts: [
      {
        columns: ['', 'first token ms', 'idle memory', '÷ Express: time', '÷ Express: memory'],
        rows: contenders.map(({ name, title }) => [
          title,
          range(spreadOf(of(name).firstTokenMs)),
          mib(spreadOf(of(name).idleBytes).median),
          ratio(ratiosOf(of(name).firstTokenMs, of('express').firstTokenMs)),
          ratio(ratiosOf(of(name).idleBytes, of('express').idleBytes)),
        ]),
      },
    ],
    figures: [
      {
        id: 'start/time',
        label: "start to first token ÷ Express tutorial's",
        value: startRatio.median,
        spread: startRatio,
        unit: '×',
        better: 'lower',
        target: 1.5,
      },
      {
        id: 'start/memory',
        label: "idle memory with Twilio credentials ÷ Express tutorial's",
        value: memoryRatio.median,
        unit: '×',
        better: 'lower',
        target: 1.3,
      },
    ],
  }
}

async function start(
  { title, url, env, storesFiles = false, mint }: Contender,
  folder: DataFolder,
  idleMs: number,
  end: 'SIGTERM' | 'SIGKILL',
): Promise<{ firstTokenMs: number; idleBytes: number }> {
  const port = await findPort()
  const started = performance.now()
  const child = spawn(process.execPath, [fileURLToPath(url)], {
    env: { ...cleanEnvironment(), ...(storesFiles && { DATA_DIR: folder.path }), ...env, PORT: String(port) },
    stdio: 'ignore',
  })
  try {
    const body = await untilAnswered(`http://127.0.0.1:${port}${mint.path}`, mint, () => child.exitCode === null)
    const firstTokenMs = performance.now() - started
    requireToken(body, title)
    await new Promise((resolve) => setTimeout(resolve, idleMs))
    return { firstTokenMs, idleBytes: rssOf(child.pid ?? 0) }
  } finally {
    child.kill(end)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

async function untilAnswered(
  url: string,
  { method, headers, body }: Contender['mint'],
  isAlive: () => boolean,
): Promise<string> {
  while (isAlive()) {
    try {
      const response = await fetch(url, { method, headers: headers ?? {}, body: body ?? null })
      return await response.text()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
  throw new Error(`the server at ${url} ended before it answered`)
}

async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
