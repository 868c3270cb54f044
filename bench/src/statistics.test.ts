import { describe, expect, it } from 'vitest'
import { percentile, ratiosOf, spreadOf } from './statistics.ts'

describe('statistics', () => {
  it('takes the middle of an odd number and the mean of the middle two of an even one', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
    expect(spreadOf([4, 1, 2, 10])).toEqual({ median: 3, min: 1, max: 10 })
    expect(spreadOf([7])).toEqual({ median: 7, min: 7, max: 7 })
    expect(() => spreadOf([])).toThrow(RangeError)
  })

  it('finds percentiles among the values there are', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
    expect(percentile(hundred, 99)).toBe(99)
    expect(percentile(hundred, 100)).toBe(100)
    expect(percentile([5], 99)).toBe(5)
    expect(() => percentile([], 50)).toThrow(RangeError)
  })

  it('compares round with round, so that a slow minute cancels out', () => {
    expect(ratiosOf([100, 50, 200], [50, 25, 100])).toEqual({ median: 2, min: 2, max: 2 })
    expect(ratiosOf([1, 2], [2])).toEqual({ median: 0.5, min: 0.5, max: 0.5 })
  })
})
