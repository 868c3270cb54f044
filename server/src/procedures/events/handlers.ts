import {
  isRoomSid,
  type ErrorCode,
  type EventsContract,
  type FollowedEvent,
  type RoomRef,
  type RoomSid,
} from '@roomkey/shared'
import { countMore } from '../../access/admit-call.ts'
import { authorizeLoggedRoom } from '../../access/authorize-logged-room.ts'
import { visibleEventTypes } from '../../access/visible-event-types.ts'
import { isVideoError, type VideoError } from '../../core/video-error.ts'
import type { Context } from '../context.ts'
import type { HandlersOf } from '../handler.ts'
import { closeRoom, watchStream } from './watch-stream.ts'

export const eventsHandlers: HandlersOf<EventsContract> = {
  async subscribe({ ctx, input: { lastEventId, types } }) {
    return ctx.events.stream({
      rooms: undefined,
      lastEventId,
      types,
      onStart: (stream) =>
        watchStream(ctx, stream, { action: 'events.subscribe', roomRefs: undefined, endsWithRoom: true }),
    })
  },

  async follow({ ctx, input: { rooms, lastEventId, types }, signal }) {
    // Each is a question to Twilio, whom hundreds of them a second would keep from answering anybody else.
    await countMore(ctx, 'events.follow', rooms.filter(({ sid }) => !isRoomSid(sid)).length - 1)
    const found = await Promise.all(
      rooms.map(async ({ sid, lastEventId: own }) => ({ ...(await tryRoom(ctx, sid, signal)), lastEventId: own })),
    )
    const open = found.flatMap((room) => ('roomSid' in room ? [room] : []))
    const closed = found.flatMap((room) => ('error' in room ? [room] : []))
    const roomRefs = new Map(open.map(({ roomSid, room }) => [roomSid as string, room]))
    return ctx.events.stream<FollowedEvent>({
      rooms: open,
      lastEventId,
      types: visibleEventTypes(ctx.caller, types),
      onStart(stream) {
        for (const { room, error } of closed) closeRoom(stream, { room, roomSid: null, error })
        if (open.length === 0) stream.end()
        else watchStream(ctx, stream, { action: 'events.follow', roomRefs, endsWithRoom: false })
      },
    })
  },

  async deadLetters({ ctx, input: { limit, cursor } }) {
    const { deadLetters } = await ctx.store.open()
    const { items, nextCursor } = await deadLetters.list({ limit, cursor })
    return { deadLetters: items, nextCursor }
  },

  async redeliver({ ctx, input: { ids }, signal }) {
    const output = (await ctx.forwarding?.redeliver(ids, signal)) ?? {
      delivered: [],
      failed: ids.map((id) => ({ id, error: 'no EVENTS_WEBHOOK_URL is set' })),
    }
    return { output, subject: { target: ids.join(' ').slice(0, 128) } }
  },
}

type FollowedRoom = { room: RoomRef; roomSid: RoomSid } | { room: RoomRef; error: VideoError }

/** A room that the caller may see; or why not. Failures that are no room's own end the whole call. */
async function tryRoom(ctx: Context, room: RoomRef, signal: AbortSignal | undefined): Promise<FollowedRoom> {
  try {
    return { room, roomSid: await authorizeLoggedRoom(ctx, 'events.follow', room, signal) }
  } catch (error) {
    if (!isVideoError(error) || !ABOUT_A_ROOM.has(error.code)) throw error
    return { room, error }
  }
}

const ABOUT_A_ROOM: ReadonlySet<ErrorCode> = new Set(['ROOM_NOT_FOUND', 'FORBIDDEN', 'BANNED'])
