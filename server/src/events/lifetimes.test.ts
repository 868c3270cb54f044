import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Lifetimes, type LifetimeMember } from './lifetimes.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const times = { pingMs: 1, minDurationMs: 6400, maxDurationMs: 12_800 }

test('all last at least as long as they must, none longer than it may, and not all end at once', () => {
  const lifetimes = new Lifetimes(times)
  const ends: number[] = []
  const startedAt = Date.now()
  const members = Array.from({ length: 500 }, (): LifetimeMember => {
    const member = {
      endsAt: 0,
      cut() {
        ends.push(Date.now() - startedAt)
        lifetimes.remove(member)
      },
    }
    return member
  })
  for (const member of members) lifetimes.add(member)
  vi.advanceTimersByTime(times.minDurationMs)
  expect(ends).toEqual([])
  vi.advanceTimersByTime(times.maxDurationMs)
  expect(ends).toHaveLength(500)
  expect(Math.max(...ends)).toBeLessThanOrEqual(times.maxDurationMs + 100)
  expect(new Set(ends).size).toBeGreaterThan(32)
  expect(vi.getTimerCount()).toBe(0)
})

test('who is gone is not cut off, and nothing ticks for nobody', () => {
  const lifetimes = new Lifetimes(times)
  const cut = vi.fn<() => void>()
  const [gone, early] = [
    { endsAt: 0, cut },
    { endsAt: 0, cut },
  ]
  lifetimes.add(gone)
  lifetimes.add(early)
  lifetimes.remove(gone)
  expect(vi.getTimerCount()).toBe(1)
  lifetimes.remove(early)
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(3 * times.maxDurationMs)
  expect(cut).not.toHaveBeenCalled()
})
