import { describe, expect, it } from 'vitest'
import { BandwidthEstimate } from './bandwidth-estimate.ts'

/** What the browser reports twice a second, while it is sent a megabit a second. */
function run(
  estimate: BandwidthEstimate,
  times: number,
  report: { loss?: number; bitrate?: number; roundTripMs?: number },
) {
  const { loss = 0, bitrate, roundTripMs = 20 } = report
  const start = clock
  for (let time = 0; time < times; time++) {
    estimate.receiveLoss(loss)
    if (bitrate !== undefined) estimate.receiveBitrate(bitrate)
    estimate.tick(1_000_000, roundTripMs, (clock = start + time * 500))
  }
  return estimate.limit
}
let clock = 0

describe('BandwidthEstimate', () => {
  it('sees no limit where there is none, though the browser’s estimate may fall', () => {
    expect(run(new BandwidthEstimate(), 20, {})).toBe(Infinity)
    expect(run(new BandwidthEstimate(), 20, { bitrate: 500_000 })).toBe(Infinity)
    expect(run(new BandwidthEstimate(), 20, { loss: 0.03, bitrate: 2_000_000 })).toBe(Infinity)
    expect(run(new BandwidthEstimate(), 1, { loss: 0.3 })).toBe(Infinity)
  })

  it('takes the browser’s estimate when losses or delays confirm it', () => {
    expect(run(new BandwidthEstimate(), 2, { loss: 0.05, bitrate: 300_000 })).toBe(255_000)
    const delayed = new BandwidthEstimate()
    run(delayed, 2, {})
    expect(run(delayed, 2, { bitrate: 300_000, roundTripMs: 400 })).toBe(255_000)
  })

  it('takes heavy losses for congestion by themselves', () => {
    expect(run(new BandwidthEstimate(), 2, { loss: 0.2 })).toBe(850_000)
  })

  it('recovers slowly, until a limit limits nothing', () => {
    const estimate = new BandwidthEstimate()
    const reduced = run(estimate, 2, { loss: 0.05, bitrate: 300_000 })
    expect(run(estimate, 4, {})).toBe(reduced)
    expect(run(estimate, 20, {})).toBeGreaterThan(reduced)
    expect(run(estimate, 100, {})).toBe(Infinity)
  })
})
