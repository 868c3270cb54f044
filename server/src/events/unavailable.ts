import { VideoError } from '../core/video-error.ts'

const RETRY_AFTER_SECONDS = 2

/** The error of whoever comes while the log of events cannot do its part: `STORE_UNAVAILABLE`, to be tried again soon. */
export function unavailable(message: string): VideoError {
  return new VideoError('STORE_UNAVAILABLE', message, { retryAfterSeconds: RETRY_AFTER_SECONDS })
}
