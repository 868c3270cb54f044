import { createHmac, timingSafeEqual } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import { invalidField } from '../core/video-error.ts'

/** Where Twilio's next page starts: its own opaque token and the number of the page. */
export type PagePosition = { pageToken: string; pageNumber: number }

const PositionSchema = z.tuple([z.string().min(1).max(1024), z.int().min(0)])
const MAC_BYTES = 16

/**
 * Packs Twilio's page token into a cursor for callers. It is signed together with the list's filters, so a
 * cursor can be neither made up nor used on another list, and it holds no address: whatever a caller sends, the
 * server asks the list it was going to ask.
 */
export function formatCursor(key: KeyObject, filters: unknown, { pageToken, pageNumber }: PagePosition): string {
  const position = JSON.stringify([pageToken, pageNumber])
  return Buffer.concat([sign(key, filters, position), Buffer.from(position)]).toString('base64url')
}

/** @throws VideoError `INVALID_INPUT` when the cursor is not one of ours, or belongs to other filters. */
export function parseCursor(key: KeyObject, filters: unknown, cursor: string): PagePosition {
  const bytes = Buffer.from(cursor, 'base64url')
  const position = bytes.subarray(MAC_BYTES).toString('utf8')
  const mac = bytes.subarray(0, MAC_BYTES)
  if (mac.length !== MAC_BYTES || !timingSafeEqual(mac, sign(key, filters, position))) throw invalidCursor()
  const [pageToken, pageNumber] = PositionSchema.parse(JSON.parse(position))
  return { pageToken, pageNumber }
}

/** The position in the URL of Twilio's next page; the URL itself is never followed. */
export function parseNextPageUrl(url: string | undefined): PagePosition | null {
  if (url === undefined) return null
  const query = new URL(url).searchParams
  const pageToken = query.get('PageToken')
  return pageToken === null ? null : { pageToken, pageNumber: Number(query.get('Page') ?? 0) }
}

function sign(key: KeyObject, filters: unknown, position: string): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify(filters))
    .update('\n')
    .update(position)
    .digest()
    .subarray(0, MAC_BYTES)
}

function invalidCursor() {
  return invalidField('cursor', 'not a cursor of this list: pass nextCursor as it came, with the same filters')
}
