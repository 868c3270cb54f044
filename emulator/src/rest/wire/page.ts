import type { FastifyRequest } from 'fastify'
import { TwilioError } from '../../errors.ts'
import { field, parseFields } from './input.ts'
import { queryOf, requestUrl } from './request.ts'

/** A list as Twilio pages it. */
export type Page = { meta: Record<string, unknown>; [key: string]: unknown }

type PageOptions<TItem> = {
  /** Under which name the items stand. */
  key: string
  /** All that match, newest first. */
  items: readonly TItem[]
  format: (item: TItem) => unknown
  /** Default 1000. */
  maxPageSize?: number
}

/**
 * Cuts the page that the request asks for. A page token holds on to a place in the order of creation, so items that
 * come and go between two requests make no other item appear twice or be missed.
 * A page size beyond the limit is cut to it: the SDK sends any `limit` as a page size.
 * @throws TwilioError 20001 for a page size that is no number, or a token not of our making
 */
export function formatPage<TItem extends { ordinal: number }>(
  request: FastifyRequest,
  { key, items, format, maxPageSize = 1000 }: PageOptions<TItem>,
): Page {
  const query = queryOf(request)
  const { PageSize, Page: number = 0, PageToken } = parseFields(query, PAGE_FIELDS)
  const pageSize = Math.min(Math.max(PageSize ?? 50, 1), maxPageSize)
  const shown = cut(items, pageSize, PageToken)
  const first = shown[0]
  const last = shown.at(-1)

  const pageUrl = (page: number, token?: string): string => {
    const params = new URLSearchParams(query)
    params.set('PageSize', String(pageSize))
    params.set('Page', String(page))
    if (token === undefined) params.delete('PageToken')
    else params.set('PageToken', token)
    return `${requestUrl(request)}?${params}`
  }
  const hasOlder = last !== undefined && items.at(-1) !== last
  const hasNewer = first !== undefined && items[0] !== first
  return {
    [key]: shown.map(format),
    meta: {
      page: number,
      page_size: pageSize,
      first_page_url: pageUrl(0),
      previous_page_url: hasNewer ? pageUrl(Math.max(0, number - 1), formatToken('PB', first.ordinal)) : null,
      url: pageUrl(number, PageToken),
      next_page_url: hasOlder ? pageUrl(number + 1, formatToken('PA', last.ordinal)) : null,
      key,
    },
  }
}

const PAGE_FIELDS = {
  PageSize: field.integer(0, 999_999_999, 20001),
  Page: field.integer(0, 999_999_999, 20001),
  PageToken: field.text(),
}

/** Where a page starts: after (older than) or before (newer than) an item. */
type Direction = 'PA' | 'PB'

function cut<TItem extends { ordinal: number }>(items: readonly TItem[], size: number, token?: string): TItem[] {
  if (token === undefined || token === '') return items.slice(0, size)
  const { direction, ordinal } = parseToken(token)
  if (direction === 'PB') return items.filter((item) => item.ordinal > ordinal).slice(-size)
  const start = items.findIndex((item) => item.ordinal < ordinal)
  return start < 0 ? [] : items.slice(start, start + size)
}

function formatToken(direction: Direction, ordinal: number): string {
  return direction + Buffer.from(String(ordinal)).toString('hex')
}

function parseToken(token: string): { direction: Direction; ordinal: number } {
  const direction = token.slice(0, 2)
  const digits = Buffer.from(token.slice(2), 'hex').toString('latin1')
  if ((direction !== 'PA' && direction !== 'PB') || !/^\d{1,15}$/.test(digits)) {
    throw new TwilioError(20001, 'Invalid PageToken')
  }
  return { direction, ordinal: Number(digits) }
}
