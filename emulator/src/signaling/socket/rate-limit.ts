export type RateLimit = { burst: number; perSecond: number }

/** A bucket that holds `burst` and is refilled by `perSecond`. `now` is in milliseconds, of any monotonic clock. */
export function createRateLimit({ burst, perSecond }: RateLimit, start: number) {
  let level = burst
  let updatedAt = start
  return {
    /** Takes what was used; `false` when there is not enough left. */
    take(amount: number, now: number): boolean {
      level = Math.min(burst, level + ((now - updatedAt) / 1000) * perSecond)
      updatedAt = now
      if (amount > level) return false
      level -= amount
      return true
    },
  }
}
