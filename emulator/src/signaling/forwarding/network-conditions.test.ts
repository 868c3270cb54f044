import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NetworkPath } from './network-conditions.ts'
import { NetworkSettings } from './network-settings.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

describe('a network path', () => {
  it('lets everything through at once while nothing is the matter', () => {
    const path = new NetworkPath()
    const delivered: number[] = []
    for (let packet = 0; packet < 3; packet++) path.pass(1000, () => delivered.push(packet))
    expect(delivered).toEqual([0, 1, 2])
  })

  it('loses as many as it should', () => {
    const path = new NetworkPath()
    path.set({ lossPercent: 30 })
    let random = 0
    vi.spyOn(Math, 'random').mockImplementation(() => (random = (random + 0.01) % 1))
    let delivered = 0
    for (let packet = 0; packet < 1000; packet++) path.pass(100, () => delivered++)
    vi.advanceTimersByTime(1)
    expect(delivered).toBeGreaterThan(650)
    expect(delivered).toBeLessThan(750)
  })

  it('takes its time at its bandwidth, and drops what would wait too long', () => {
    const path = new NetworkPath()
    path.set({ kbps: 100 })
    const delivered: number[] = []
    // 1250 bytes are 100 ms.
    for (let packet = 0; packet < 20; packet++) path.pass(1250, () => delivered.push(packet))
    vi.advanceTimersByTime(250)
    expect(delivered).toEqual([0, 1])
    vi.advanceTimersByTime(5000)
    expect(delivered).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('keeps packets in order, however busy the process is', async () => {
    vi.useRealTimers()
    const path = new NetworkPath()
    path.set({ kbps: 1000 })
    const delivered: number[] = []
    await new Promise<void>((resolve) => {
      const pass = (bytes: number, packet: number) =>
        path.pass(bytes, () => {
          if (delivered.push(packet) === 3) resolve()
        })
      // Two of them wait equally long, and all are due when the process has time again.
      pass(1030, 1)
      pass(1030, 2)
      keepBusy(12)
      pass(540, 3)
      keepBusy(20)
    })
    expect(delivered).toEqual([1, 2, 3])
  })

  it('lets packets overtake each other where they take longer at random', () => {
    const path = new NetworkPath()
    path.set({ jitterMs: 100 })
    // Of each packet whether it is lost, and how long it takes.
    for (const random of [1, 0.9, 1, 0.1]) vi.spyOn(Math, 'random').mockReturnValueOnce(random)
    const delivered: number[] = []
    for (const packet of [1, 2]) path.pass(100, () => delivered.push(packet))
    vi.advanceTimersByTime(100)
    expect(delivered).toEqual([2, 1])
  })

  it('delivers nothing more once it is closed', () => {
    const path = new NetworkPath()
    path.set({ delayMs: 10 })
    let delivered = 0
    path.pass(1, () => delivered++)
    path.close()
    vi.advanceTimersByTime(100)
    expect(delivered).toBe(0)
  })
})

describe('network settings', () => {
  const alice = { sid: 'PA1', identity: 'alice' }
  const bob = { sid: 'PA2', identity: 'bob' }

  it('are everyone’s, but for those with their own', () => {
    const settings = new NetworkSettings()
    settings.set({ lossPercent: 3 })
    settings.set({ kbps: 300 }, 'alice')
    settings.set({}, 'PA2')
    expect([alice, bob, { sid: 'PA3', identity: 'carol' }].map((each) => settings.conditionsOf(each))).toEqual([
      { kbps: 300 },
      null,
      { lossPercent: 3 },
    ])
    settings.reset()
    expect(settings.conditionsOf(alice)).toBeNull()
  })

  it.each([{ lossPercent: 101 }, { kbps: 0 }, { delayMs: -1 }, { jitterMs: Number.NaN }])('refuse %j', (conditions) => {
    expect(() => new NetworkSettings().set(conditions)).toThrow(RangeError)
  })
})

function keepBusy(forMs: number): void {
  const end = performance.now() + forMs
  while (performance.now() < end);
}
