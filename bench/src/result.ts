import type { Servers } from './servers.ts'
import type { Spread } from './statistics.ts'

/** A cell of a table, ready to be read. */
export type Cell = string | number

export type TableResult = {
  title: string
  /** What was done, in a sentence or two. */
  note: string
  parts: { heading?: string; columns: string[]; rows: Cell[][] }[]
  /** Figures to hold against targets and against another run. */
  figures: Figure[]
}

/** Something worth watching: a ratio of one run, or a measure that hardly depends on the machine. */
export type Figure = {
  id: string
  label: string
  value: number
  spread?: Spread
  unit: string
  better: 'higher' | 'lower'
  /** What it should reach, in the same unit. */
  target?: number
}

export type Results = {
  date: string
  command: string
  machine: string
  quick: boolean
  tables: Record<string, TableResult>
}

export function isMet({ value, better, target }: Figure): boolean | undefined {
  if (target === undefined) return undefined
  return better === 'higher' ? value >= target : value <= target
}

/** What a measurement has to work with, how much it may take, and how to tell what goes on. */
export type Effort = {
  servers: Servers
  quick: boolean
  /** Requests that a contender answers before it is measured; heavy ones count for more. */
  warmRequests: number
  /** Rounds of each contender at the ordinary load. */
  rounds: number
  /** Length of a round, in seconds. */
  seconds: number
  /** Multiples of the smallest load, to see how a figure grows. */
  growth: number[]
  /** Length of a round of these, in seconds. */
  growthSeconds: number
  say: (progress: string) => void
}

export type Table = {
  name: string
  run: (effort: Effort) => Promise<TableResult>
  /** Whether it runs only when it is asked for by its name. */
  onlyByName?: true
}
