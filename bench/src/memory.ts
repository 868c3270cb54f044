import type { Running } from './contender.ts'
import { subscribe } from './subscribers.ts'

/**
 * Bytes that a process grows by for each of `count` readers more, garbage collected. Asked when it has that many
 * already, and has written to them: the first also cost what is loaded, compiled and reserved once.
 */
export async function measureMemory(server: Running, path: string, count: number, stamp?: string): Promise<number> {
  const before = await server.settledUsage()
  const after = await withMore(server, path, count, stamp)
  // Those that have left are let go of before anything else is measured.
  await server.settledUsage()
  return (after.rssBytes - before.rssBytes) / count
}

async function withMore(server: Running, path: string, count: number, stamp: string | undefined) {
  await using _readers = await subscribe(server.port, path, count, stamp)
  return server.settledUsage()
}
