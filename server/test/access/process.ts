import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A program of the test's own, in a process that can be killed. */
export type Program = AsyncDisposable & {
  child: ChildProcess
  /** The exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>
  /** The next line of its output that matches, or the end of the program as an error. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): Promise<void>
}

/** Starts a script next to the tests or in the server's source. */
export function startProgram(script: string, args: string[], env: Record<string, string> = {}): Program {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      for (const check of waiting) check()
    })
  }

  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals)

  return {
    child,
    ended,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          for (const line of lines) {
            const match = pattern.exec(line)
            if (match === null) continue
            waiting.delete(check)
            resolve(match)
            return
          }
        }
        waiting.add(check)
        child.once('exit', (code) => reject(new Error(`the program ended (${code}): ${lines.join('\n')}`)))
        check()
      }),
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill(signal)
      await exit
    },
    [Symbol.asyncDispose]() {
      return this.kill('SIGKILL')
    },
  }
}

/** Starts the server as an operator would, and answers where it is. */
export async function startServer(env: Record<string, string>): Promise<Program & { url: string }> {
  const program = startProgram('../../src/cli/main.ts', [], { PORT: '0', ...env })
  const [, url = ''] = await program.waitFor(/Server listening at (http:\/\/[^"]+)/)
  return { ...program, url }
}
