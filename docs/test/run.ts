import { execFile } from 'node:child_process'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { vi } from 'vitest'
import { ROOT } from './blocks.ts'

// Compilers and servers in processes of their own share the machine with every other test.
vi.setConfig({ testTimeout: 300_000 })

/** Runs a command with no environment but this, and this very Node first on the path. Returns what it printed. */
export async function run(
  command: string,
  args: string[],
  { env = {}, cwd = ROOT.pathname }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<string> {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const { stdout } = await promisify(execFile)(command, args, {
    cwd,
    env: { PATH: `${dirname(process.execPath)}:${PATH}`, NODE_COMPILE_CACHE, ...env },
    timeout: 250_000,
  })
  return stdout
}
