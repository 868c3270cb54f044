import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { runChaos } from './chaos.ts'

// CHAOS_SECONDS=120 CHAOS_SEED=7 vitest run emulator/test/browser/chaos.test.ts
const seconds = Number(process.env.CHAOS_SECONDS ?? 8)
const seed = Number(process.env.CHAOS_SEED ?? 1)

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

test.each(['forwarding', 'mesh'] as const)(
  `after ${seconds} s of chaos with seed ${seed}, media by %s, all views agree with REST and every remaining pair has media`,
  { timeout: (seconds + 400) * 1000 },
  async (media) => {
    const { actions, present, views, expected } = await runChaos(browser, { seed, seconds, media })

    expect(views, actions.join('\n')).toEqual(expected)
    expect(Object.keys(views).toSorted()).toEqual(present)
    expect(present.length).toBeGreaterThanOrEqual(5)
    expect(actions.length).toBeGreaterThan(seconds)
  },
)
