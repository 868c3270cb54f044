/** Options of one request. */
export interface CallOptions {
  /** Aborts the request: it rejects with `ABORTED` at once. */
  signal?: AbortSignal
  /** Longest time for the whole request, retries included, in milliseconds. Default: the client's. Past it: `TIMEOUT`. */
  timeoutMs?: number
}

/** Options of one subscription. */
export interface SubscribeOptions {
  /** Ends the subscription: what iterates over it fails with `ABORTED`. Leaving the loop ends it too, without an error. */
  signal?: AbortSignal
  /**
   * Called when the connection broke and could not be made again at once; `caught-up` comes once it could. Not over a
   * tRPC client of the app's own, which does not tell.
   */
  onInterrupted?: () => void
}
