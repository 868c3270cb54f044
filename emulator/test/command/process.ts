import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The command, run by this very Node with no environment but the one given. */
export function runCommand(args: string[], env: Record<string, string> = {}) {
  const { NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const exited = once(child, 'close') as Promise<[code: number | null, signal: string | null]>

  return {
    exited,
    /** Everything it has said so far. */
    output: () => output,
    errors: () => errors,
    /** Closes this end of what it writes to. */
    stopReading() {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** What it says until it has said this. */
    async until(text: string): Promise<string> {
      while (!output.includes(text)) {
        await Promise.race([once(child.stdout, 'data'), exited.then(() => Promise.reject(new Error(errors)))])
      }
      return output
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
