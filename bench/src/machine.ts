import { execFileSync } from 'node:child_process'
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
