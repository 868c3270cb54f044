import { createLane, type Lane, type Waiting } from './lane.ts'

/** What an account may ask of Twilio in any second. */
export type TwilioQuota = { readsPerSecond: number; writesPerSecond: number }

/**
 * Paces every request to Twilio, so that all callers together stay within the account's quota: what is too much waits
 * its turn, callers before the server's own chores, and when Twilio asks to slow down, all do.
 */
export type Governor = {
  /**
   * Resolves when a request may go.
   * @throws VideoError `TWILIO_RATE_LIMITED` when too many wait already, when it would wait for longer than two seconds
   *   because Twilio said so, and when its deadline passes; the caller's own reason when `signal` aborts.
   */
  admit(method: string, waiting: Waiting): Promise<void>
  /** Notes a response of Twilio: 429 holds up all that follow, for as long as it asks, or longer each time. */
  note(method: string, response: { statusCode: number; retryAfterSeconds: number | undefined }): void
}

/** Without a quota only Twilio's own word counts. */
export function createGovernor(quota: TwilioQuota | undefined): Governor {
  const reads = createLane(quota?.readsPerSecond)
  const writes = createLane(quota?.writesPerSecond)
  const laneOf = (method: string): Lane => (method === 'GET' ? reads : writes)
  return {
    admit: (method, waiting) => laneOf(method).admit(waiting),
    note(method, { statusCode, retryAfterSeconds }) {
      if (statusCode === 429) laneOf(method).slowDown(retryAfterSeconds)
      else laneOf(method).goOn()
    },
  }
}
