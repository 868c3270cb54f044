import { createManualClock } from '../src/clock.ts'
import { createState, type Change, type StateOptions } from '../src/state/index.ts'

export const MINUTE = 60_000

/** A state of its own on a clock that stands still, and all changes it announces. */
export function setUpState(options: Partial<StateOptions> = {}) {
  const clock = createManualClock()
  const state = createState({ clock, accountSid: `AC${'0'.repeat(32)}`, ...options })
  const changes: Change[] = []
  state.onChange((change) => changes.push(change))
  return { clock, state, changes, types: () => changes.map(({ type }) => type) }
}

/** The code of the error that a function throws; `undefined` when it throws none. */
export function codeOf(run: () => unknown): number | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return (error as { code: number }).code
  }
}
