import { readdir, readFile } from 'node:fs/promises'

/** Clock ticks a second, as `/proc` counts them on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/**
 * The processor time, in seconds, of all browser processes that descend from this one.
 * @throws on systems without `/proc`
 */
export async function browserCpuSeconds(): Promise<number> {
  const processes = new Map<number, { parent: number; name: string; ticks: number }>()
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
    const [, pid, name = '', rest = ''] = /^(\d+) \((.*)\) (.*)$/s.exec(stat) ?? []
    const fields = rest.split(' ')
    // After the state: parent; user and system time are the twelfth and thirteenth.
    processes.set(Number(pid), { parent: Number(fields[1]), name, ticks: Number(fields[11]) + Number(fields[12]) })
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (pid > 1 && isOurs(processes.get(pid)?.parent ?? 0))
  let ticks = 0
  for (const [pid, each] of processes) if (/chrom/i.test(each.name) && isOurs(pid)) ticks += each.ticks
  return ticks / TICKS_PER_SECOND
}
