import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

const MODULE = new URL('close-on-signals.ts', import.meta.url).href

/** A program that says when it closes, which takes as long as `close` says. */
function start(close: string, { deadlineMs = 60_000, env = {} }: { deadlineMs?: number; env?: object } = {}) {
  const program = `
    import { closeOnSignals } from '${MODULE}'
    setInterval(() => {}, 1000)
    closeOnSignals(async () => { console.log('closing'); ${close} }, ${deadlineMs})
    console.log('ready')`
  const args = ['--input-type=module', '--eval', program]
  const child = spawn(process.execPath, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    nextLine: async () => (await lines.next()).value as string,
    ended: once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  }
}

const NEVER = 'await new Promise(() => {})'

test.each(['SIGINT', 'SIGTERM'] as const)('%s closes in good order', async (signal) => {
  using program = start('')
  await program.nextLine()
  program.kill(signal)
  expect(await program.ended).toEqual([0, null])
})

test('a second signal ends the process at once', async () => {
  using program = start(NEVER)
  await program.nextLine()
  program.kill('SIGTERM')
  expect(await program.nextLine()).toBe('closing')
  program.kill('SIGTERM')
  expect(await program.ended).toEqual([null, 'SIGTERM'])
})

test('closing that does not come to an end is ended', async () => {
  using program = start(NEVER, { deadlineMs: 50 })
  await program.nextLine()
  program.kill('SIGTERM')
  expect(await program.ended).toEqual([null, 'SIGTERM'])
})

test('closing that fails ends with 1', async () => {
  using program = start(`throw new Error('no')`)
  await program.nextLine()
  program.kill('SIGTERM')
  expect(await program.ended).toEqual([1, null])
})

test('what npm passes on is the signal that the terminal has sent, and does not count as the second', async () => {
  using program = start(`process.emit('SIGINT', 'SIGINT')`, { env: { npm_lifecycle_event: 'emulator' } })
  await program.nextLine()
  program.kill('SIGINT')
  expect(await program.ended).toEqual([0, null])
})
