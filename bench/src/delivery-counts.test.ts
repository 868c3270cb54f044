import { expect, it } from 'vitest'
import { countBetween } from './delivery-counts.ts'

it('counts what came of each track between two readings', () => {
  const before = [
    { sid: 'MT1', frames: 100, packets: 300 },
    { sid: 'MT2', frames: 0, packets: 50 },
  ]
  const after = [
    { sid: 'MT2', frames: 0, packets: 90 },
    { sid: 'MT1', frames: 115, packets: 345 },
  ]
  expect(countBetween(before, after)).toEqual({ frames: 15, packets: 85 })
})

it('leaves out tracks that came or went in between', () => {
  const before = [{ sid: 'MT1', frames: 100, packets: 300 }]
  const after = [{ sid: 'MT2', frames: 5, packets: 9 }]
  expect(countBetween(before, after)).toEqual({ frames: 0, packets: 0 })
})

it('takes nothing away for a connection that was made anew, or was lost', () => {
  const before = [
    { sid: 'MT1', frames: 100, packets: 300 },
    { sid: 'MT2', frames: 100, packets: 300 },
  ]
  const after = [
    { sid: 'MT1', frames: 8, packets: 20 },
    { sid: 'MT2', frames: 0, packets: 0 },
  ]
  expect(countBetween(before, after)).toEqual({ frames: 8, packets: 20 })
})
