import { exec, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** An example, running as a process of its own. */
export type RunningExample = AsyncDisposable & { url: string }

/** The folders whose program has been built. */
const built = new Set<string>()

/** Starts a program with this environment and no other, and waits until it says where it is. */
export async function runExample(
  file: string,
  { env, build }: { env: Record<string, string>; build?: string | undefined },
): Promise<RunningExample> {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url))
  const cwd = dirname(path)
  const { PATH, NODE_COMPILE_CACHE } = process.env
  // With what its own package installs, as npm has it.
  const ownEnv = { PATH: `node_modules/.bin:${PATH}`, NODE_COMPILE_CACHE }
  if (build !== undefined && !built.has(cwd)) {
    await promisify(exec)(build, { cwd, env: ownEnv })
    built.add(cwd)
  }
  const child = spawn(process.execPath, [build === undefined ? path : 'dist/main.mjs'], {
    cwd,
    env: { ...ownEnv, DATA_DIR: ':memory:', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: string[] = []
  child.stderr.on('data', (text: Buffer) => printed.push(text.toString()))
  const closed = once(child, 'close')
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed.push(line)
    const url = /^http:\/\/\S+$/.exec(line)?.[0]
    if (url !== undefined) resolve(url.replace(/\/$/, ''))
  })
  void closed.then(() => reject(new Error(`${file} has ended:\n${printed.join('\n')}`)))
  return {
    url: await promise,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

/** A port that nobody listens on, for programs that must be told where they will be. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
