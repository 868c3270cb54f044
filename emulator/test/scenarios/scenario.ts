import type { EmulatorOptions } from '../../src/index.ts'
import type { World } from '../browser/world.ts'

/** One thing that an integration suite for Twilio Video would check, in an emulator of its own. */
export type Scenario = {
  /** A sentence that holds when the scenario passes. */
  name: string
  options?: EmulatorOptions
  /** @throws when the sentence does not hold */
  run: (world: World) => Promise<void>
}
