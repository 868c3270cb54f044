/** Losses beyond this are not chance but congestion. */
const LOSS_TO_REDUCE = 0.1
const LOSS_TO_RECOVER = 0.04
/** A limit never gets lower: sound must pass. */
const MINIMUM = 40_000
const REDUCTION = 0.85
/** For each measurement, of which there are two a second. */
const GROWTH = 1.04
/** Beyond so many times what is sent, a limit limits nothing. */
const HEADROOM = 3
const HOLD_MS = 2000
/** A receiver's estimate that follows what it is sent says nothing of what more it could take. */
const REPORT_MARGIN = 0.95

/**
 * What a client's downlink takes, from what its browser reports: losses, and its own estimate from the packets' delays
 * (REMB). As long as nothing suggests a limit, there is none: on a machine of one's own there rarely is.
 */
export class BandwidthEstimate {
  /** In bits per second; `Infinity` while nothing suggests a limit. */
  limit = Infinity
  #sending = 0
  #reported: number | null = null
  #heldUntil = 0

  /** The browser's own estimate. */
  receiveBitrate(bitsPerSecond: number): void {
    this.#reported = bitsPerSecond
  }

  /** The worst share of packets lost, 0 to 1, over all tracks. */
  receiveLoss(fraction: number, nowMs = performance.now()): void {
    if (fraction > LOSS_TO_REDUCE) this.#reduce(Math.min(this.limit, this.#sending) * (1 - fraction / 2), nowMs)
    else if (fraction > LOSS_TO_RECOVER) this.#heldUntil = Math.max(this.#heldUntil, nowMs + HOLD_MS / 2)
  }

  /** To be called twice a second. @param sending what went out since the last time, in bits per second */
  tick(sending: number, nowMs: number): void {
    this.#sending = sending
    const reported = this.#reported
    this.#reported = null
    if (reported !== null && sending > MINIMUM && reported < sending * REPORT_MARGIN) {
      this.#reduce(Math.max(reported, sending * REDUCTION * 0.5) * REDUCTION, nowMs)
      return
    }
    if (this.limit === Infinity || nowMs < this.#heldUntil) return
    this.limit *= GROWTH
    if (this.limit > Math.max(sending * HEADROOM, MINIMUM * 50)) this.limit = Infinity
  }

  #reduce(limit: number, nowMs: number): void {
    this.limit = Math.max(MINIMUM, Math.min(limit, this.limit))
    this.#heldUntil = nowMs + HOLD_MS
  }
}
