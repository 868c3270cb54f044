import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGovernor, type Governor } from './governor.ts'
import type { Priority } from './lane.ts'

const NEVER = new AbortController().signal
const refused = { statusCode: 429, retryAfterSeconds: undefined }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

type Counts = { caller: number; chore: number; failures: unknown[] }

/** Asks for so many turns at once, and counts those that have come. */
function ask(governor: Governor, times: number, priority: Priority = 'caller', counts?: Counts): Counts {
  const result = counts ?? { caller: 0, chore: 0, failures: [] }
  for (let i = 0; i < times; i++) {
    governor.admit('GET', { priority, signal: undefined, deadline: NEVER }).then(
      () => result[priority]++,
      (error: unknown) => result.failures.push(error),
    )
  }
  return result
}

test('no second sees more than the quota, wherever it begins', async () => {
  const governor = createGovernor({ readsPerSecond: 80, writesPerSecond: 20 })
  const counts = ask(governor, 200)
  await vi.advanceTimersByTimeAsync(0)
  expect(counts.caller).toBe(80)
  await vi.advanceTimersByTimeAsync(990)
  expect(counts.caller).toBe(80)
  await vi.advanceTimersByTimeAsync(20)
  expect(counts.caller).toBe(160)
  await vi.advanceTimersByTimeAsync(1000)
  expect(counts.caller).toBe(200)
})

test('writes have a quota of their own', async () => {
  const governor = createGovernor({ readsPerSecond: 1, writesPerSecond: 2 })
  await governor.admit('GET', { priority: 'caller', signal: undefined, deadline: NEVER })
  await governor.admit('POST', { priority: 'caller', signal: undefined, deadline: NEVER })
  await governor.admit('DELETE', { priority: 'caller', signal: undefined, deadline: NEVER })
})

test('chores come after callers, and leave them a part of every second', async () => {
  const governor = createGovernor({ readsPerSecond: 20, writesPerSecond: 20 })
  const counts = ask(governor, 100, 'chore')
  await vi.advanceTimersByTimeAsync(0)
  expect(counts.chore).toBe(15)
  ask(governor, 25, 'caller', counts)
  await vi.advanceTimersByTimeAsync(0)
  expect(counts.caller).toBe(5)
  await vi.advanceTimersByTimeAsync(1010)
  expect(counts).toMatchObject({ caller: 25, chore: 15 })
  // What callers have used is not the chores' any more.
  await vi.advanceTimersByTimeAsync(2000)
  expect(counts.chore).toBeGreaterThan(15)
})

test('when Twilio asks to slow down, all wait, and then go on', async () => {
  const governor = createGovernor(undefined)
  governor.note('GET', { statusCode: 429, retryAfterSeconds: 1 })
  const counts = ask(governor, 3)
  ask(governor, 3, 'chore', counts)
  await vi.advanceTimersByTimeAsync(990)
  expect(counts).toMatchObject({ caller: 0, chore: 0 })
  await vi.advanceTimersByTimeAsync(20)
  expect(counts).toMatchObject({ caller: 3, chore: 3 })
})

test('without a word on how long, each refusal is waited for longer, and a success is a new beginning', async () => {
  const governor = createGovernor(undefined)
  const pauseAfterRefusal = async (): Promise<number> => {
    governor.note('GET', refused)
    // Those that were under way together are refused together.
    governor.note('GET', refused)
    const start = performance.now()
    const turn = governor.admit('GET', { priority: 'caller', signal: undefined, deadline: NEVER })
    while (vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync()
    await turn
    return performance.now() - start
  }
  const pauses: number[] = []
  for (let i = 0; i < 6; i++) pauses.push(await pauseAfterRefusal())
  expect(pauses).toEqual([250, 500, 1000, 2000, 2000, 2000])
  governor.note('GET', { statusCode: 200, retryAfterSeconds: undefined })
  expect(await pauseAfterRefusal()).toBe(250)
})

test('who would wait for long because Twilio said so is told at once how long; a chore waits', async () => {
  const governor = createGovernor(undefined)
  governor.note('GET', { statusCode: 429, retryAfterSeconds: 30 })
  const counts = ask(governor, 1)
  ask(governor, 1, 'chore', counts)
  await vi.advanceTimersByTimeAsync(0)
  expect(counts.failures).toMatchObject([{ code: 'TWILIO_RATE_LIMITED', retryAfterSeconds: 30 }])
  await vi.advanceTimersByTimeAsync(30_010)
  expect(counts).toMatchObject({ caller: 0, chore: 1 })
})

test('a mistaken Retry-After does not stop the server for days', async () => {
  const governor = createGovernor(undefined)
  governor.note('GET', { statusCode: 429, retryAfterSeconds: 900_000 })
  await vi.advanceTimersByTimeAsync(60_010)
  expect(ask(governor, 1).failures).toEqual([])
})

test('the queue is bounded', async () => {
  const governor = createGovernor({ readsPerSecond: 10, writesPerSecond: 10 })
  const counts = ask(governor, 1012)
  await vi.advanceTimersByTimeAsync(0)
  expect(counts.caller).toBe(10)
  expect(counts.failures).toMatchObject([
    { code: 'TWILIO_RATE_LIMITED', retryAfterSeconds: 100 },
    { code: 'TWILIO_RATE_LIMITED', retryAfterSeconds: 100 },
  ])
})

test('who gives up leaves the queue to the others', async () => {
  const governor = createGovernor({ readsPerSecond: 1, writesPerSecond: 1 })
  const counts = ask(governor, 1)
  const [gone, late] = [new AbortController(), new AbortController()]
  const one = governor.admit('GET', { priority: 'caller', signal: gone.signal, deadline: NEVER })
  const two = governor.admit('GET', { priority: 'caller', signal: undefined, deadline: late.signal })
  ask(governor, 1, 'caller', counts)
  gone.abort(new Error('gone'))
  late.abort()
  await expect(one).rejects.toThrow('gone')
  await expect(two).rejects.toMatchObject({ code: 'TWILIO_RATE_LIMITED' })
  await vi.advanceTimersByTimeAsync(1010)
  expect(counts.caller).toBe(2)
})
