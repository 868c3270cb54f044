import { z } from 'zod'

/** How many items a list answers with when `limit` is left out: the tutorial's 20. */
export const DEFAULT_LIMIT = 20

/** Twilio's largest `PageSize`. Source: twilio-oai `twilio_video_v1.json`. */
export const MAX_LIMIT = 1000

/**
 * Fields every list takes. `limit`: items on this page, 1–1,000, default 20.
 * `cursor`: the `nextCursor` of the page before; opaque, and only good with the same filters.
 */
export const pageInput = {
  limit: z.int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().min(1).max(2048).optional(),
}

/** An instant as an ISO 8601 string in UTC, e.g. `2026-11-24T12:00:00Z`. */
export const InstantSchema = z.iso.datetime()
