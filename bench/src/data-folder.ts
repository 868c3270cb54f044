import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for what one server stores. */
export type DataFolder = Disposable & { path: string }

const folders = new Set<string>()

/** Makes a folder, which goes with this process at the latest. */
export function createDataFolder(): DataFolder {
  const path = mkdtempSync(join(tmpdir(), 'roomkey-bench-'))
  if (folders.size === 0) process.on('exit', removeAll)
  folders.add(path)
  return { path, [Symbol.dispose]: () => remove(path) }
}

/** Has a signal end the process as any end does, so that its folders go too. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true })
  folders.delete(path)
  if (folders.size === 0) process.off('exit', removeAll)
}

function removeAll(): void {
  for (const path of folders) remove(path)
}
