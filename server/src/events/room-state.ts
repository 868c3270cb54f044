import type { Participant } from '@roomkey/shared'
import type { CallOptions, ListPage } from '../twilio/requests.ts'
import type { TwilioRoom } from '../twilio/rooms.ts'
import type { PublishedTrack } from '../twilio/tracks.ts'
import type { TwilioVideo } from '../twilio/video.ts'

/** What Twilio's REST API tells of a room: of tracks only those that are published right now. */
export type RoomState = {
  room: Pick<TwilioRoom, 'sid' | 'createdAt' | 'endedAt' | 'duration'> & { name: string | null }
  participants: readonly Participant[]
  tracks: readonly PublishedTrack[]
}

/** Items a page: Twilio's most. */
const LIMIT = 1000

/** Reads what Twilio knows of a room. @throws VideoError */
export async function readRoomState(twilio: TwilioVideo, room: TwilioRoom, options: CallOptions): Promise<RoomState> {
  const list = (status: Participant['status']) =>
    readAll((cursor) => twilio.listParticipants(room.sid, { status, limit: LIMIT, cursor }, options))
  const connected = room.status === 'in-progress' ? await list('connected') : []
  const tracks: PublishedTrack[] = []
  for (const { sid } of connected) {
    tracks.push(
      ...(await readAll((cursor) => twilio.listPublishedTracks(room.sid, sid, { limit: LIMIT, cursor }, options))),
    )
  }
  // Last, so that who leaves meanwhile is in both lists rather than in none.
  const disconnected = await list('disconnected')
  const gone = new Set(disconnected.map(({ sid }) => sid))
  return { room, participants: [...connected.filter(({ sid }) => !gone.has(sid)), ...disconnected], tracks }
}

/** All pages of a list. */
export async function readAll<TItem>(
  readPage: (cursor: string | undefined) => Promise<ListPage<TItem>>,
): Promise<TItem[]> {
  const items: TItem[] = []
  let cursor: string | undefined
  do {
    const page = await readPage(cursor)
    items.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return items
}
