import type * as Webhooks from 'twilio/lib/webhooks/webhooks.js'
import type { Form } from './form.ts'

/** Where Twilio reports what happens in rooms. */
export const STATUS_CALLBACK_PATH = '/twilio/status-callback'

/**
 * Appended to the address that Twilio is told: it then tries again, up to five times, after no response or a 5xx. By
 * default it tries once more, and only when it could not connect. Source: Twilio "Connection Overrides".
 */
export const RETRIES = '#rc=5&rp=ct,rt,5xx'

/** Where Twilio is told to report, and the tokens that prove that it is Twilio who does: two while one is replaced. */
export type StatusCallback = { url: string; authTokens: readonly string[] }

/** A report as it came: its signature, the query of the address with its `?`, or nothing, and the parameters. */
export type SignedReport = {
  signature: string | string[] | undefined
  search: string
  parameters: Form
}

/**
 * Whether a report is signed by the account's auth token.
 * Source: Twilio "Webhooks Security".
 */
export async function isSigned(
  { signature, search, parameters }: SignedReport,
  { url, authTokens }: StatusCallback,
): Promise<boolean> {
  if (typeof signature !== 'string') return false
  validator ??= import('twilio/lib/webhooks/webhooks.js')
  const { validateRequest } = await validator
  // Twilio signs the address it was told, not the one that a proxy's Host header makes of it.
  return authTokens.some((authToken) => validateRequest(authToken, signature, url + search, parameters))
}

/** Loaded with the first report. */
let validator: Promise<typeof Webhooks> | undefined
