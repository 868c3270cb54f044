import { expect, test } from 'vitest'
import type { Caller } from './caller.ts'
import { launchChromium } from './chromium.ts'
import { createWorld } from './world.ts'

test(
  'twelve browsers see one another move, and each newcomer everyone who is there',
  { timeout: 240_000 },
  async () => {
    await using browser = await launchChromium()
    // More than a mesh on two cores could bear.
    await using world = await createWorld(browser, { tabs: true, media: 'forwarding' })
    const identities = Array.from({ length: 12 }, (_, index) => `page ${index}`)
    const callers: Caller[] = []
    for (const identity of identities) {
      const caller = await world.join(identity, { room: 'twelve', video: { width: 320, height: 180, frameRate: 15 } })
      await caller.flowing(callers.map((other) => other.identity))
      callers.push(caller)
    }
    const flows = await Promise.all(
      callers.map(({ identity, flowing }) => flowing(identities.filter((other) => other !== identity))),
    )
    expect(flows.map((deliveries) => deliveries.length)).toEqual(identities.map(() => 11))
    expect(world.uncaught).toEqual([])
  },
)
