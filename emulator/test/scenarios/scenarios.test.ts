import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../browser/chromium.ts'
import { createWorld } from '../browser/world.ts'
import { scenarios } from './all.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

for (const [topic, list] of Object.entries(scenarios)) {
  describe(topic, () => {
    for (const { name, options, run } of list) {
      test(name, { timeout: 120_000 }, async () => {
        await using world = await createWorld(browser, options)
        await expect(run(world)).resolves.toBeUndefined()
      })
    }
  })
}
