import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createDataFolder } from './data-folder.ts'
import type { ToBench, ToContender, Usage } from './contenders/serve.ts'

/** An HTTP request as the load generator sends it. */
export type Request = {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

/** Something to measure: a server in a file of its own, and how to ask it for the work. */
export type Contender = {
  name: string
  title: string
  /** The file to run, as `import.meta.url` of the module that is also the server. */
  url: string
  env?: Record<string, string>
  /** Whether it is given `DATA_DIR`, a folder of each process's own. */
  storesFiles?: boolean
  /** Asks for one access token. */
  mint: Request
}

export type RunOptions = {
  /**
   * Reserves the young generation of the heap at start. Otherwise it grows to its 16 MiB on the way and is taken for
   * memory of the first connections.
   */
  steadyHeap?: boolean
}

/** A contender's process. */
export type Running = AsyncDisposable & {
  title: string
  name: string
  port: number
  origin: string
  usage(): Promise<Usage>
  settledUsage(): Promise<Usage>
  call(command: string, argument?: unknown): Promise<unknown>
}

const START_DEADLINE_MS = 30_000

/** Starts a contender in a process of its own and waits until it listens. */
export async function run(
  { name, title, url, env, storesFiles = false }: Omit<Contender, 'mint'>,
  { steadyHeap = false }: RunOptions = {},
): Promise<Running> {
  const folder = storesFiles ? createDataFolder() : undefined
  const child = fork(fileURLToPath(url), [], {
    env: { ...cleanEnvironment(), ...(folder && { DATA_DIR: folder.path }), ...env },
    execArgv: ['--expose-gc', ...(steadyHeap ? ['--min-semi-space-size=16', '--max-semi-space-size=16'] : [])],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const port = await untilReady(child, title)
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  child.on('message', (message: ToBench) => {
    if (message.type !== 'answer') return
    const { resolve, reject } = waiting.get(message.id) ?? {}
    waiting.delete(message.id)
    if (message.error === undefined) resolve?.(message.value)
    else reject?.(new Error(`${title}: ${message.error}`))
  })
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${title} ended`))
  })
  const call = (command: string, argument?: unknown): Promise<unknown> => {
    const id = ++lastId
    const question = Promise.withResolvers<unknown>()
    waiting.set(id, question)
    child.send({ id, command, argument } satisfies ToContender)
    return question.promise
  }
  return {
    name,
    title,
    port,
    origin: `http://127.0.0.1:${port}`,
    call,
    usage: () => call('usage') as Promise<Usage>,
    settledUsage: () => call('settledUsage') as Promise<Usage>,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      folder?.[Symbol.dispose]()
    },
  }
}

/** The environment of a server started by hand: what the shell says about this project must not change the result. */
export function cleanEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, NODE_ENV: 'production' }
}

async function untilReady(child: ChildProcess, title: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let complaint = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint = (complaint + text).slice(-2000)))
  child.once('message', (message: ToBench) => {
    if (message.type === 'ready') resolve(message.port)
  })
  child.once('exit', (code) => reject(new Error(`${title} ended with ${code} before it listened\n${complaint}`)))
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    reject(new Error(`${title} did not listen in time\n${complaint}`))
  }, START_DEADLINE_MS)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}
