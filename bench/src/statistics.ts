/** A figure measured in several rounds. */
export type Spread = { median: number; min: number; max: number }

/** @throws RangeError for no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const min = sorted[0]
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) throw new RangeError('a spread needs at least one value')
  return { median: percentile(sorted, 50), min, max }
}

/**
 * The smallest value that `percent` of all values do not exceed; the median of an even number is the mean of the
 * middle two. `sorted` must be in ascending order.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  if (sorted.length === 0) throw new RangeError('a percentile needs at least one value')
  const at = (index: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, index))] ?? Number.NaN
  if (percent === 50 && sorted.length % 2 === 0) return (at(sorted.length / 2 - 1) + at(sorted.length / 2)) / 2
  return at(Math.ceil((percent / 100) * sorted.length) - 1)
}

/** Ratios of two contenders round by round: what disturbed a whole round disturbs both and cancels out. */
export function ratiosOf(values: readonly number[], others: readonly number[]): Spread {
  const count = Math.min(values.length, others.length)
  return spreadOf(Array.from({ length: count }, (_, index) => (values[index] ?? 0) / (others[index] ?? 1)))
}
