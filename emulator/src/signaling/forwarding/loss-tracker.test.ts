import { describe, expect, it } from 'vitest'
import { LossTracker } from './loss-tracker.ts'

describe('LossTracker', () => {
  it('asks for what is missing, across the wrap, and for nothing that came late', () => {
    const losses = new LossTracker()
    for (const sequence of [65_533, 65_535, 2, 0]) losses.receive(sequence, 0)
    expect(losses.due(5, 50).sequences).toEqual([])
    expect(losses.due(20, 50).sequences).toEqual([65_534, 1])
    losses.receive(1, 30)
    expect(losses.due(200, 50).sequences).toEqual([65_534])
    losses.receive(65_534, 210)
    expect(losses.isComplete).toBe(true)
  })

  it('waits a round trip before it asks again, and gives up at last', () => {
    const losses = new LossTracker()
    losses.receive(1, 0)
    losses.receive(3, 0)
    let asked = 0
    let gaveUp = false
    for (let now = 0; now < 5000 && !gaveUp; now += 20) {
      const due = losses.due(now, 100)
      asked += due.sequences.length
      gaveUp = due.gaveUp
    }
    expect([asked, gaveUp, losses.isComplete]).toEqual([10, true, true])
  })

  it('wants a keyframe when too much is lost at once', () => {
    const losses = new LossTracker()
    losses.receive(1, 0)
    expect(losses.receive(1000, 0)).toBe(true)
    expect(losses.isComplete).toBe(true)
    expect(losses.receive(1001, 0)).toBe(false)
  })
})
