import { expect, it, vi } from 'vitest'
import { createManualClock, createRealClock, type Clock } from './clock.ts'

const clocks: [string, () => Clock][] = [
  ['a clock that stands still', () => createManualClock()],
  ['the time of day', () => createRealClock()],
]

it.each(clocks)('%s, moved ahead, runs what falls due on the way, in order and at its own time', (_name, create) => {
  const clock = create()
  const start = clock.now()
  const ran: [string, number][] = []
  const note = (name: string) => (): void => void ran.push([name, Math.round((clock.now() - start) / 1000)])
  clock.setTimer(30_000, note('third'))
  clock.setTimer(10_000, () => {
    note('first')()
    clock.setTimer(10_000, note('second'))
    clock.setTimer(90_000, note('too late'))
  })
  clock.setTimer(20_000, note('cancelled')).cancel()
  clock.advance(60_000)
  expect(ran).toEqual([
    ['first', 10],
    ['second', 20],
    ['third', 30],
  ])
  // A second more: the time of day goes on meanwhile, and so do what is due and when.
  clock.advance(41_000)
  expect(ran.at(-1)).toEqual(['too late', 100])
  expect(Math.round((clock.now() - start) / 1000)).toBe(101)
})

it('the time of day goes on by itself, from where it was moved to', async () => {
  const clock = createRealClock()
  const fired = Promise.withResolvers<void>()
  clock.setTimer(60_005, fired.resolve)
  const before = Date.now()
  clock.advance(60_000)
  expect(clock.now()).toBeGreaterThanOrEqual(before + 60_000)
  await fired.promise
})

it('a timer that was cancelled on the way does not run, and one cannot run twice', () => {
  const clock = createManualClock(new Date(0))
  const run = vi.fn()
  const doomed = clock.setTimer(20, run)
  clock.setTimer(10, () => doomed.cancel())
  const once = clock.setTimer(5, run)
  clock.advance(30)
  once.cancel()
  clock.advance(30)
  expect(run).toHaveBeenCalledTimes(1)
  expect(clock.now()).toBe(60)
})
