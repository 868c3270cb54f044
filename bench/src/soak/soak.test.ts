import { expect, test } from 'vitest'
import { runSoak } from './soak.ts'

test('nothing is lost, and nothing comes twice, while all that can break breaks', { timeout: 240_000 }, async () => {
  const { mistakes, figures } = await runSoak({
    seed: 12,
    rooms: 6,
    participants: 4,
    stayMs: 3000,
    spreadMs: 1500,
    delayMs: 1000,
    killEveryMs: 1000,
    reconcileSeconds: 1,
    subscribers: 2,
    patienceMs: 150_000,
  })
  expect(mistakes).toEqual([])
  // It was worth it.
  expect(figures['inferred']).toBeGreaterThan(0)
  expect(figures['servers killed']).toBeGreaterThan(0)
})
