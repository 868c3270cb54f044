import { CreateRoomInputSchema, ListRoomsInputSchema, RoomInputSchema } from '@roomkey/shared'
import type { Room, RoomList } from '@roomkey/shared'
import { procedure, router } from '../rpc/trpc.ts'
import type { TwilioRoom } from '../twilio/room.ts'

export const roomsRouter = router({
  create: procedure
    .input(CreateRoomInputSchema.prefault({}))
    .mutation(async ({ ctx, input: { access, ...settings }, signal }): Promise<Room> => {
      return withAccess(await ctx.twilio.createRoom(settings, { signal }))
    }),

  list: procedure.input(ListRoomsInputSchema).query(async ({ ctx, input, signal }): Promise<RoomList> => {
    const { items, nextCursor } = await ctx.twilio.listRooms(input, { signal })
    return { rooms: items.map(withAccess), nextCursor }
  }),

  get: procedure.input(RoomInputSchema).query(async ({ ctx, input, signal }): Promise<Room> => {
    return withAccess(await ctx.twilio.getRoom(input.sid, { signal }))
  }),

  complete: procedure.input(RoomInputSchema).mutation(async ({ ctx, input, signal }): Promise<Room> => {
    return withAccess(await ctx.twilio.completeRoom(input.sid, { signal }))
  }),
})

function withAccess(room: TwilioRoom): Room {
  return { ...room, host: null, access: 'invited' }
}
