import type { RoomsContract } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import type { HandlersOf } from '../handler.ts'
import { completeOwnedRoom, createOwnedRoom, withOwner, withOwners } from './owned-rooms.ts'
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
}
