import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../browser/chromium.ts'
import { createWorld } from '../browser/world.ts'
import { scenarios } from './all.ts'
import { runScenario } from './scenario.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** What depends on how media travel is seen in a mesh as well; MEDIA=mesh sees everything there. */
const inMesh = { 'speaking in a mesh': scenarios.speaking, 'messages in a mesh': scenarios.messages.slice(0, 2) }

for (const [topic, list] of Object.entries({ ...scenarios, ...inMesh })) {
  const media = topic in inMesh ? ({ media: 'mesh' } as const) : {}
  // Most of a scenario is waiting for the other side, and each has an emulator and pages of its own.
  describe.concurrent(topic, () => {
    for (const scenario of list) {
      test(scenario.name, async () => {
        await using world = await createWorld(browser, { ...media, ...scenario.options })
        await expect(runScenario(scenario, world)).resolves.toBeUndefined()
      })
    }
  })
}
