import { z } from 'zod'
import type { CallbackFilter } from './filter.ts'
import { CallbackFilterSchema, matchesFilter } from './filter.ts'

/** What a corrupted callback lacks: a right signature, any signature, or a part of its body or query. */
const CORRUPTIONS = ['signature', 'no-signature', 'parameters'] as const

const DAY_MS = 86_400_000

export const CallbackFaultSchema = z
  .strictObject({
    filter: CallbackFilterSchema.optional(),
    times: z.int().min(1).optional(),
    percent: z.number().min(0).max(100).optional(),
    seed: z.int().optional(),
    drop: z.literal(true).optional(),
    delayMs: z.number().min(0).max(DAY_MS).optional(),
    copies: z.int().min(1).max(10).optional(),
    reorder: z.int().min(2).max(1000).optional(),
    corrupt: z.enum(CORRUPTIONS).optional(),
  })
  .check(({ value, issues }) => {
    const { drop, delayMs, copies, reorder, corrupt } = value
    if ([drop, delayMs, copies, reorder, corrupt].some((kind) => kind !== undefined)) return
    issues.push({ code: 'custom', input: value, message: 'say what: drop, delayMs, copies, reorder or corrupt' })
  })

/** What is to go wrong on the way of status callbacks; several kinds in one befall one callback together. */
export type CallbackFault = {
  /** Default all callbacks. */
  filter?: CallbackFilter | undefined
  /** How many callbacks it befalls, the next ones that match. Default all from now on. */
  times?: number | undefined
  /** How many in a hundred of those that match it befalls, by chance. Default 100. */
  percent?: number | undefined
  /** Makes the same chances every time. Default 1. */
  seed?: number | undefined
  /** Never sent. */
  drop?: true | undefined
  /** Sent so many milliseconds later, on the emulator's clock. */
  delayMs?: number | undefined
  /** Sent so many times more, all at once. */
  copies?: number | undefined
  /** Held back until there are so many, which are then sent last one first, each after the response to the one before. */
  reorder?: number | undefined
  /** Sent with a wrong signature, without one, or with the last of its parameters cut in half. */
  corrupt?: (typeof CORRUPTIONS)[number] | undefined
}

/** A fault in force. */
export type ActiveFault = {
  readonly fault: CallbackFault
  /** Whether it befalls this callback; each is asked about once. */
  befalls(parameters: Record<string, string>): boolean
  /** Whether it has befallen as many as it was to. */
  isSpent(): boolean
}

/** @throws ZodError for what is no fault */
export function activateFault(options: CallbackFault): ActiveFault {
  const fault: CallbackFault = CallbackFaultSchema.parse(options)
  const { filter = {}, percent = 100, seed = 1 } = fault
  const chance = createChance(seed)
  let left = fault.times ?? Number.POSITIVE_INFINITY
  return {
    fault,
    befalls(parameters) {
      if (left === 0 || !matchesFilter(filter, parameters) || chance() * 100 >= percent) return false
      left--
      return true
    },
    isSpent: () => left === 0,
  }
}

/** Numbers from 0 to 1 that look random and are the same for the same seed (mulberry32). */
function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
