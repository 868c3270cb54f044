/** Losses beyond this are not chance but congestion, */
const LOSS_TO_REDUCE = 0.1
/** and beyond this they confirm what the browser's own estimate says. */
const LOSS_TO_CONFIRM = 0.02
/** Queues that have grown by so much confirm it as well. */
const DELAY_TO_CONFIRM_MS = 250
/** An estimate that follows what it is sent says nothing of what more there is room for. */
const REPORT_MARGIN = 0.95
const REDUCTION = 0.85
/** A limit never gets lower: sound must pass. */
const MINIMUM = 50_000
/** For each measurement, of which there are two a second. */
const GROWTH = 1.04
/** Beyond so many times what is sent, a limit limits nothing. */
const HEADROOM = 3
const HOLD_MS = 3000
/** Signs of congestion in a row: a busy machine gives false ones. */
const SIGNS_TO_REDUCE = 2

/**
 * What a client's downlink takes, from what its browser reports: losses, round trips, and its own estimate from the
 * packets' delays (REMB). As long as nothing suggests a limit, there is none: on a machine of one's own there rarely is.
 */
export class BandwidthEstimate {
  /** In bits per second; `Infinity` while nothing suggests a limit. */
  limit = Infinity
  #reported: number | null = null
  #loss = 0
  #leastRoundTripMs = Infinity
  #signs = 0
  #heldUntil = 0

  /** The browser's own estimate. */
  receiveBitrate(bitsPerSecond: number): void {
    this.#reported = bitsPerSecond
  }

  /** The worst share of packets lost, 0 to 1, over all tracks. */
  receiveLoss(fraction: number): void {
    this.#loss = Math.max(this.#loss, fraction)
  }

  /** To be called twice a second. @param sending what went out since the last time, in bits per second */
  tick(sending: number, roundTripMs: number, nowMs: number): void {
    const [reported, loss] = [this.#reported ?? Infinity, this.#loss]
    this.#reported = null
    this.#loss = 0
    this.#leastRoundTripMs = Math.min(this.#leastRoundTripMs, roundTripMs)
    const isQueueing = roundTripMs > this.#leastRoundTripMs + DELAY_TO_CONFIRM_MS
    const isLow = reported < sending * REPORT_MARGIN && (loss > LOSS_TO_CONFIRM || isQueueing)
    this.#signs = sending > MINIMUM && (isLow || loss > LOSS_TO_REDUCE) ? this.#signs + 1 : 0
    if (this.#signs >= SIGNS_TO_REDUCE) return this.#reduce(Math.min(reported, sending) * REDUCTION, nowMs)
    if (this.limit === Infinity || nowMs < this.#heldUntil) return
    this.limit *= GROWTH
    if (this.limit > Math.max(sending * HEADROOM, MINIMUM * 40)) this.limit = Infinity
  }

  #reduce(limit: number, nowMs: number): void {
    this.#signs = 0
    this.limit = Math.max(MINIMUM, Math.min(limit, this.limit))
    this.#heldUntil = nowMs + HOLD_MS
  }
}
