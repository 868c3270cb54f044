import { z } from 'zod'

/** Where Twilio reports what happens in rooms. */
export const STATUS_CALLBACK_PATH = '/twilio/status-callback'

/** Where Twilio is told to report, and the token that proves that it is Twilio who does. */
export type StatusCallback = { url: string; authToken: string }

/** What a request to the callback's address brings. `search` is the query with its `?`, or nothing. */
export type CallbackRequest = { signature: string | string[] | undefined; search: string; body: unknown }

const ReportSchema = z.record(z.string(), z.string())

/** The form that Twilio sends: `StatusCallbackEvent`, `RoomSid` and what else the event has. */
export type Report = z.output<typeof ReportSchema>

/**
 * The report in a request, or `undefined` when it is not signed by the account's auth token.
 * Source: Twilio "Webhooks Security".
 */
export async function readReport(
  { signature, search, body }: CallbackRequest,
  { url, authToken }: StatusCallback,
): Promise<Report | undefined> {
  const report = ReportSchema.safeParse(body)
  if (!report.success || typeof signature !== 'string') return undefined
  const { validateRequest } = await import('twilio/lib/webhooks/webhooks.js')
  // Twilio signs the address it was told, not the one that a proxy's Host header makes of it.
  return validateRequest(authToken, signature, url + search, report.data) ? report.data : undefined
}
