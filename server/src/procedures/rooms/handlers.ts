import type { RoomsContract } from '@roomkey/shared'
import { authorizeLoggedRoom } from '../../access/authorize-logged-room.ts'
import { authorizeRoom } from '../../access/authorize-room.ts'
import { visibleEventTypes } from '../../access/visible-event-types.ts'
import { watchStream } from '../events/watch-stream.ts'
import type { HandlersOf } from '../handler.ts'
import { withNames } from '../user-names.ts'
import { completeOwnedRoom, createOwnedRoom, withOwner, withOwners } from './owned-rooms.ts'
import { findPrunedUpTo, readAttendance, readPresence } from './room-log.ts'
import { listVisibleRooms } from './visible-rooms.ts'

export const roomsHandlers: HandlersOf<RoomsContract> = {
  async create({ ctx, input, signal }) {
    const room = await createOwnedRoom(ctx, input, signal)
    return { output: room, subject: { room: room.sid, target: input.roomName ?? null } }
  },

  async list({ ctx, input, signal }) {
    const { items, nextCursor } = await listVisibleRooms(ctx, input, signal)
    return { rooms: await withOwners(ctx.store, items), nextCursor }
  },

  async get({ ctx, input, signal }) {
    const room = await authorizeRoom(ctx, 'rooms.get', input.sid, signal)
    return withOwner(ctx.store, await ctx.twilio.getRoom(room, { signal }))
  },

  async complete({ ctx, input, signal }) {
    const room = await authorizeRoom(ctx, 'rooms.complete', input.sid, signal)
    const completed = await completeOwnedRoom(ctx, room, signal)
    return { output: completed, subject: { room: completed.sid } }
  },

  async events({ ctx, input: { sid, lastEventId, types }, signal }) {
    const roomSid = await authorizeLoggedRoom(ctx, 'rooms.events', sid, signal)
    return ctx.events.stream({
      rooms: [{ roomSid }],
      lastEventId,
      types: visibleEventTypes(ctx.caller, types),
      onStart: (stream) =>
        watchStream(ctx, stream, { action: 'rooms.events', roomRefs: undefined, endsWithRoom: true }),
    })
  },

  async history({ ctx, input: { sid, types, limit, cursor }, signal }) {
    const roomSid = await authorizeLoggedRoom(ctx, 'rooms.history', sid, signal)
    const { eventLog } = await ctx.store.open()
    const visible = visibleEventTypes(ctx.caller, types)
    const { items, nextCursor } = await eventLog.list(roomSid, visible, { limit, cursor })
    return { events: items, nextCursor, prunedUpTo: await findPrunedUpTo(eventLog, roomSid) }
  },

  async attendance({ ctx, input, signal }) {
    return readAttendance(ctx.store, await authorizeLoggedRoom(ctx, 'rooms.attendance', input.sid, signal))
  },

  async presence({ ctx, input, signal }) {
    const presence = await readPresence(ctx.store, await authorizeLoggedRoom(ctx, 'rooms.presence', input.sid, signal))
    return { ...presence, participants: await withNames(ctx, presence.participants) }
  },
}
