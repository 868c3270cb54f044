import assert from 'node:assert/strict'
import type { EmulatorOptions } from '../../src/index.ts'
import type { World } from '../browser/world.ts'

/** One thing that an integration suite for Twilio Video would check, in an emulator of its own. */
export type Scenario = {
  /** A sentence that holds when the scenario passes. */
  name: string
  options?: EmulatorOptions
  /** What the SDK itself throws in the page meanwhile, and leaves uncaught. Default nothing. */
  uncaught?: RegExp
  /** @throws when the sentence does not hold */
  run: (world: World) => Promise<void>
}

/** Runs it, and sees that nothing was left uncaught in a page. */
export async function runScenario({ run, uncaught }: Scenario, world: World): Promise<void> {
  await run(world)
  const errors = world.uncaught.filter((message) => !uncaught?.test(message))
  assert.deepEqual(errors, [])
}
