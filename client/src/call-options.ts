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
}
