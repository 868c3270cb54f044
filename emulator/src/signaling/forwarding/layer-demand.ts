/** A publisher first sends all it has, so that there is something to choose from. */
const WARM_UP_MS = 3000
/**
 * Where the first measure of its bandwidth fails, as on a busy machine, a browser gets to its largest layer in small
 * steps. Those who have someone to send to are told sooner what that one needs.
 */
const LONGEST_WARM_UP_MS = 20_000
/** A layer that is not wanted for a moment only, as while a window is resized, goes on. */
const LINGER_MS = 500

/**
 * Which layers of one simulcast track anybody gets, and when to tell its publisher: at once when more are wanted, after
 * a while when fewer are.
 */
export class LayerDemand {
  readonly #createdAt: number
  /** The highest layer that the publisher was told to send; −1 is none, `null` is that it was told nothing. */
  #told: number | null = null
  #lowerSince: number | null = null

  constructor(nowMs: number) {
    this.#createdAt = nowMs
  }

  /**
   * @param needed the highest layer that somebody is to get; −1 when nobody gets any
   * @param arrived how many layers have been received so far
   * @returns which layers the publisher is to send, if it is to be told
   */
  update(needed: number, layers: number, arrived: number, nowMs: number): boolean[] | null {
    const told = this.#told ?? layers - 1
    if (needed === told && this.#told !== null) {
      this.#lowerSince = null
      return null
    }
    if (needed < told || this.#told === null) {
      this.#lowerSince ??= nowMs
      const isIncomplete = this.#told === null && needed < 0 && arrived < layers
      const warmUpMs = isIncomplete ? LONGEST_WARM_UP_MS : WARM_UP_MS
      if (nowMs - this.#createdAt < warmUpMs || nowMs - this.#lowerSince < LINGER_MS) return null
    }
    this.#lowerSince = null
    this.#told = needed
    return Array.from({ length: layers }, (_, layer) => layer <= needed)
  }

  /** Whether the track has been sent for long enough that it may be limited. */
  isWarm(nowMs: number): boolean {
    return nowMs - this.#createdAt >= WARM_UP_MS
  }

  /** The publisher has reset its layers. */
  reset(): void {
    this.#told = null
  }
}
