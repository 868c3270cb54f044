import { z } from 'zod'

/** How many items a list answers with when `limit` is left out: the tutorial's 20. */
export const DEFAULT_LIMIT = 20

/** Twilio's largest `PageSize`. Source: twilio-oai `twilio_video_v1.json`. */
export const MAX_LIMIT = 1000

/** Fields every list takes. */
export const pageInput = {
  limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).describe('How many items this page holds at most.'),
  cursor: z
    .string()
    .min(1)
    .max(2048)
    .optional()
    .describe('The `nextCursor` of the page before; opaque, and only good with the same filters.'),
}

/** What every list ends with: the `cursor` of the page after it. */
export const NextCursorSchema = z.string().nullable().describe('The `cursor` of the next page; `null` on the last.')

/** An instant as an ISO 8601 string in UTC, e.g. `2026-11-24T12:00:00Z`. */
export const InstantSchema = z.iso.datetime()
