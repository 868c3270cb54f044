/** How streams of events are kept alive, and how long they last; in milliseconds. */
export type StreamTimes = {
  /** For how long a stream may be silent: a proxy in between drops connections that are. */
  pingMs: number
  /**
   * A stream is cut off between these two, not all at one instant: readers come back, to whichever server there is by
   * then, and who leaves without a word is not kept for ever.
   */
  minDurationMs: number
  maxDurationMs: number
}

export const STREAM_TIMES: StreamTimes = { pingMs: 15_000, minDurationMs: 45 * 60_000, maxDurationMs: 75 * 60_000 }
