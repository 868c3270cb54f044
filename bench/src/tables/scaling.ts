import { cpus } from 'node:os'
import { startFleet, type Cpu } from '../fleet.ts'
import { fanOut, loadFleet, measureLatency, type FanOut, type Intake } from '../fleet-load.ts'
import { number, range } from '../format.ts'
import type { Cell, Effort, Figure, Table, TableResult } from '../result.ts'
import { percentile, spreadOf } from '../statistics.ts'

const SERVERS = [1, 2, 4]
const PAUSE_MS = 50

/** `rounds` are measured after one that warms up. */
type Size = { rounds: number; seconds: number; subscribers: number; events: number; latencies: number }

const FULL: Size = { rounds: 3, seconds: 2, subscribers: 2000, events: 20, latencies: 200 }
const QUICK: Size = { rounds: 1, seconds: 1, subscribers: 200, events: 5, latencies: 20 }

/** `one`: all callbacks go to the first server, the others read. */
type Measured = {
  servers: number
  all: Intake[]
  one: Intake[]
  out: FanOut[]
  same: number[]
  other: number[]
}

export const scalingTable: Table = { name: 'scaling', run: measure, onlyByName: true }

async function measure({ quick, say }: Effort): Promise<TableResult> {
  const size = quick ? QUICK : FULL
  const results: Measured[] = []
  for (const count of SERVERS) {
    say(`${count} ${count === 1 ? 'server' : 'servers'}`)
    results.push(await measureServers(count, size))
  }
  const rows = (toCells: (measured: Measured) => Cell[]) =>
    results.map((measured) => [String(measured.servers), ...toCells(measured)])
  return {
    title: 'Servers on one PostgreSQL',
    note:
      `All on one machine of ${cpus().length} cores, the load too: the process that sends callbacks and reads events. ` +
      'So what each uses of the processor says more than how fast it went. Somebody listens at each server, which ' +
      'therefore reads every event.',
    parts: [
      {
        heading: 'Callbacks signed, stored and answered, 256 connections, to all servers alike; cores that were used',
        columns: ['servers', 'callbacks/s', 'p99 ms', ...CORES],
        rows: rows(({ all }) => [
          range(spreadOf(all.map(({ perSecond }) => perSecond))),
          number(median(all, ({ p99Ms }) => p99Ms)),
          ...toCores(all),
        ]),
      },
      {
        heading: `Events of one room, reported to all servers alike, to ${number(size.subscribers)} subscribers spread over them`,
        columns: ['servers', 'deliveries/s', ...CORES],
        rows: rows(({ out }) => [range(spreadOf(out.map(({ perSecond }) => perSecond))), ...toCores(out)]),
      },
      {
        heading: 'What an event costs, CPU µs',
        columns: ['servers', 'where it is reported', 'at each other server', 'in PostgreSQL', 'each delivery'],
        rows: rows(({ one, out }) => [
          number(median(one, ({ cpu, callbacks }) => (cpu.servers[0] ?? Number.NaN) / callbacks)),
          number(median(one, ({ cpu, callbacks }) => mean(cpu.servers.slice(1)) / callbacks)),
          number(median(one, ({ cpu, callbacks }) => cpu.postgres / callbacks)),
          number(median(out, ({ cpu, deliveries }) => sum(cpu.servers) / deliveries)),
        ]),
      },
      {
        heading: `From a callback to a subscriber, ms, one callback every ${PAUSE_MS} ms`,
        columns: ['servers', 'at the same server: p50', 'p99', 'at another: p50', 'p99'],
        rows: rows(({ same, other }) => [...toLatencies(same), ...toLatencies(other)]),
      },
    ],
    figures: results.flatMap(({ servers, all, out }) => [
      figure(`scaling/${servers}/callbacks`, `callbacks/s, servers: ${servers}`, all),
      figure(`scaling/${servers}/deliveries`, `deliveries/s, servers: ${servers}`, out),
    ]),
  }
}

async function measureServers(count: number, { rounds, seconds, subscribers, events, latencies }: Size) {
  await using fleet = await startFleet(count)
  const all: Intake[] = []
  const one: Intake[] = []
  for (let round = 0; round <= rounds; round++) {
    all.push(await loadFleet(fleet, fleet.servers, seconds))
    one.push(await loadFleet(fleet, fleet.servers.slice(0, 1), seconds))
  }
  const out = await fanOut(fleet, { subscribers, events, rounds: rounds + 1 })
  const latency = await measureLatency(fleet, { events: latencies, everyMs: PAUSE_MS })
  return { servers: count, all: all.slice(1), one: one.slice(1), out: out.slice(1), ...latency }
}

const CORES = ['servers, each', 'PostgreSQL', 'the load', 'in all']

function toCores(rounds: readonly { cpu: Cpu }[]): Cell[] {
  const cores = (pick: (cpu: Cpu) => number) => median(rounds, ({ cpu }) => pick(cpu) / 1e6 / cpu.seconds)
  return [
    number(cores(({ servers }) => mean(servers))),
    number(cores(({ postgres }) => postgres)),
    number(cores(({ load }) => load)),
    number(cores(({ servers, postgres, load }) => sum(servers) + postgres + load)),
  ]
}

function toLatencies(values: readonly number[]): Cell[] {
  const sorted = values.toSorted((a, b) => a - b)
  return [50, 99].map((percent) => (sorted.length === 0 ? '–' : number(percentile(sorted, percent))))
}

function figure(id: string, label: string, rounds: readonly { perSecond: number }[]): Figure {
  const spread = spreadOf(rounds.map(({ perSecond }) => perSecond))
  return { id, label, value: spread.median, spread, unit: '/s', better: 'higher' }
}

function median<TRound>(rounds: readonly TRound[], pick: (round: TRound) => number): number {
  return spreadOf(rounds.map(pick)).median
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

/** `NaN` of none. */
function mean(values: readonly number[]): number {
  return sum(values) / values.length
}
