import { execFileSync } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { cpus, release, totalmem, type } from 'node:os'

/** What the figures were measured on, in one line. */
export function describeMachine(): string {
  const all = cpus()
  const model = all[0]?.model.trim() || 'unknown processor'
  const memory = Math.round(totalmem() / 1024 ** 3)
  return `${all.length} × ${model}, ${memory} GiB, ${type()} ${release()}, Node ${process.version}`
}

/** Memory of any process in bytes, as the system counts it. */
export function rssOf(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim()) * 1024
}

/** Ticks of a second in `/proc`, on every Linux that Node runs on. */
const TICK_MICROSECONDS = 10_000

/**
 * What a process, its children and those of them that have ended used of the processor. `NaN` but on Linux: elsewhere
 * no system tells it finely enough.
 */
export async function cpuOfTree(pid: number): Promise<number> {
  const all = await Promise.all(
    (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(readStat),
  )
  const known = all.filter((stat) => stat !== undefined)
  const tree = known.filter((stat) => stat.pid === pid || stat.parent === pid)
  if (tree.length === 0) return Number.NaN
  return tree.reduce((sum, { ticks }) => sum + ticks, 0) * TICK_MICROSECONDS
}

/** @returns `undefined` for a process that ended meanwhile. */
async function readStat(pid: string): Promise<{ pid: number; parent: number; ticks: number } | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command's name, which may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [user, system, ofEnded, systemOfEnded] = fields.slice(11, 15).map(Number)
    return {
      pid: Number(pid),
      parent: Number(fields[1]),
      ticks: (user ?? 0) + (system ?? 0) + (ofEnded ?? 0) + (systemOfEnded ?? 0),
    }
  } catch {
    return undefined
  }
}
