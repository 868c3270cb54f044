import type { ErrorCode, EventsContract, FollowedEvent, RoomRef, RoomSid } from '@roomkey/shared'
import { authorizeLoggedRoom } from '../../access/authorize-logged-room.ts'
import { visibleEventTypes } from '../../access/visible-event-types.ts'
import { isVideoError } from '../../core/video-error.ts'
import type { EventStream } from '../../events/event-stream.ts'
import type { Context } from '../context.ts'
import type { HandlersOf } from '../handler.ts'

export const eventsHandlers: HandlersOf<EventsContract> = {
  async subscribe({ ctx, input: { lastEventId, types } }) {
    return ctx.events.stream({ rooms: undefined, lastEventId, types })
  },

  async follow({ ctx, input: { rooms, lastEventId, types }, signal }) {
    const answers = await Promise.all(
      rooms.map(async ({ sid, lastEventId: own }) => ({ ...(await tryRoom(ctx, sid, signal)), lastEventId: own })),
    )
    const open = answers.flatMap((answer) => ('code' in answer ? [] : [answer]))
    const closed = answers.flatMap((answer) => ('code' in answer ? [answer] : []))
    return ctx.events.stream<FollowedEvent>({
      rooms: open,
      lastEventId,
      types: visibleEventTypes(ctx.caller, types),
      onStart(stream) {
        for (const room of closed) closeRoom(stream, room)
        if (open.length === 0) stream.end()
      },
    })
  },
}

type Closed = { room: RoomRef; roomSid: RoomSid | null; code: ErrorCode; message: string }

/** A room that the caller may see; or why not. Failures that are no room's own end the whole call. */
async function tryRoom(
  ctx: Context,
  room: RoomRef,
  signal: AbortSignal | undefined,
): Promise<{ room: RoomRef; roomSid: RoomSid } | Closed> {
  try {
    return { room, roomSid: await authorizeLoggedRoom(ctx, 'events.follow', room, signal) }
  } catch (error) {
    if (!isVideoError(error) || !ABOUT_A_ROOM.has(error.code)) throw error
    return { room, roomSid: null, code: error.code, message: error.message }
  }
}

const ABOUT_A_ROOM: ReadonlySet<ErrorCode> = new Set(['ROOM_NOT_FOUND', 'FORBIDDEN', 'BANNED'])

function closeRoom(stream: EventStream, { room, roomSid, code, message }: Closed): void {
  stream.say((id) => ({ type: 'room-closed', id, room, roomSid, code, message }))
}
