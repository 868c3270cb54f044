import { CreateRoomInputSchema, ListRoomsInputSchema, RoomInputSchema } from '@roomkey/shared'
import type { Room, RoomList } from '@roomkey/shared'
import { enterRoom } from '../access/enter-room.ts'
import { createOwnedRoom, withOwner, withOwners } from '../access/ownership.ts'
import { listVisibleRooms } from '../access/visible-rooms.ts'
import { procedureFor, router } from '../rpc/trpc.ts'

export const roomsRouter = router({
  create: procedureFor('rooms.create')
    .input(CreateRoomInputSchema.prefault({}))
    .mutation(({ ctx, input, signal }): Promise<Room> => createOwnedRoom(ctx, input, signal)),

  list: procedureFor('rooms.list')
    .input(ListRoomsInputSchema)
    .query(async ({ ctx, input, signal }): Promise<RoomList> => {
      const { items, nextCursor } = await listVisibleRooms(ctx, input, signal)
      return { rooms: await withOwners(ctx.access, items), nextCursor }
    }),

  get: procedureFor('rooms.get')
    .input(RoomInputSchema)
    .query(async ({ ctx, input, signal }): Promise<Room> => {
      const room = await enterRoom(ctx, 'rooms.get', input.sid, signal)
      return withOwner(ctx.access, await ctx.twilio.getRoom(room, { signal }))
    }),

  complete: procedureFor('rooms.complete')
    .input(RoomInputSchema)
    .mutation(async ({ ctx, input, signal }): Promise<Room> => {
      const room = await enterRoom(ctx, 'rooms.complete', input.sid, signal)
      const completed = await ctx.twilio.completeRoom(room, { signal })
      ctx.deed.room = completed.sid
      return withOwner(ctx.access, completed)
    }),
})
