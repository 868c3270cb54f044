import type { ListRoomsInput } from '@roomkey/shared'
import { invalidField, hasCode } from '../../core/video-error.ts'
import type { ListPage } from '../../twilio/requests.ts'
import type { TwilioRoom } from '../../twilio/rooms.ts'
import { toRelation, type RoomAuthorization } from '../../access/authorize-room.ts'

type Listing = RoomAuthorization
type Query = NonNullable<ListRoomsInput>

/** Rooms fetched at a time in search of the caller's own. The pages are the same for all callers, who share them. */
const SCAN_PAGE = 1000

/** Pages that one call reads: with more rooms than this at Twilio, a page may be short although more follow. */
const MAX_SCANS = 10

/**
 * One page of the rooms the caller may see, full unless it is the last. Twilio cannot filter by host, so its
 * pages are read until enough are found; the cursor says how far into which page.
 */
export async function listVisibleRooms(
  listing: Listing,
  query: Query,
  signal: AbortSignal | undefined,
): Promise<ListPage<TwilioRoom>> {
  const { authorizer, caller, twilio } = listing
  if (authorizer.isDefaultPolicy) {
    const role = authorizer.roleOf(caller)
    if (role === 'open' || role === 'service' || role === 'admin') return twilio.listRooms(query, { signal })
    if (caller.kind === 'guest') return listGuestRoom(listing, caller.roomSid, query, signal)
  }
  return scan(listing, query, signal)
}

async function scan(listing: Listing, query: Query, signal: AbortSignal | undefined): Promise<ListPage<TwilioRoom>> {
  const { limit = 20, cursor, ...filters } = query
  let { skip, page } = cursor === undefined ? { skip: 0, page: undefined } : parsePosition(cursor)
  const found: TwilioRoom[] = []
  for (let scans = 0; scans < MAX_SCANS; scans++) {
    // Page by page on purpose: each one's address is in the one before.
    const { items, nextCursor } = await listing.twilio.listRooms(
      { ...filters, limit: SCAN_PAGE, cursor: page },
      { signal },
    )
    const visible = await findVisible(listing, items.slice(skip))
    for (const [index, room] of items.entries()) {
      if (index < skip || !visible.has(room.sid)) continue
      // One more than fits: there is a next page, and it begins here.
      if (found.length === limit) return { items: found, nextCursor: formatPosition({ skip: index, page }) }
      found.push(room)
    }
    if (nextCursor === null) return { items: found, nextCursor: null }
    skip = 0
    page = nextCursor
  }
  return { items: found, nextCursor: formatPosition({ skip, page }) }
}

async function findVisible({ authorizer, caller, store }: Listing, rooms: TwilioRoom[]): Promise<Set<string>> {
  const sids = rooms.map((room): string => room.sid)
  const { memberships } = await store.open()
  const known = caller.kind === 'user' ? await memberships.findMany(sids, caller.identity) : undefined
  const isAdmin = authorizer.roleOf(caller) === 'admin'
  const answers = await Promise.all(
    sids.map(async (sid) => {
      const membership = known?.get(sid)
      if (membership?.banned && !isAdmin) return false
      return authorizer.allows(caller, 'rooms.get', toRelation(caller, sid, membership), sid)
    }),
  )
  return new Set(sids.filter((_, index) => answers[index]))
}

async function listGuestRoom(
  { twilio }: Listing,
  roomSid: string,
  { status = 'in-progress', roomName, createdAfter, createdBefore }: Query,
  signal: AbortSignal | undefined,
): Promise<ListPage<TwilioRoom>> {
  const room = await twilio.getRoom(roomSid, { signal }).catch((error: unknown) => {
    if (hasCode(error, 'ROOM_NOT_FOUND')) return undefined
    throw error
  })
  if (room === undefined) return { items: [], nextCursor: null }
  const createdAt = Date.parse(room.createdAt)
  const isAsked =
    room.status === status &&
    (roomName === undefined || room.name === roomName) &&
    (createdAfter === undefined || createdAt >= Date.parse(createdAfter)) &&
    (createdBefore === undefined || createdAt < Date.parse(createdBefore))
  return { items: isAsked ? [room] : [], nextCursor: null }
}

/** Rooms to skip at the start of one of Twilio's pages, and that page's own cursor, which is signed. */
type Position = { skip: number; page: string | undefined }

function formatPosition({ skip, page }: Position): string {
  return `${skip}.${page ?? ''}`
}

function parsePosition(cursor: string): Position {
  const match = /^(\d{1,4})\.(.*)$/.exec(cursor)
  if (match === null) {
    throw invalidField('cursor', 'not a cursor of this list: pass nextCursor as it came, with the same filters')
  }
  return { skip: Number(match[1]), page: match[2] === '' ? undefined : match[2] }
}
