import { ListParticipantsInputSchema, ParticipantInputSchema, RemoveParticipantInputSchema } from '@roomkey/shared'
import type { Participant, ParticipantList } from '@roomkey/shared'
import { banParticipant } from '../access/ban.ts'
import { enterRoom } from '../access/enter-room.ts'
import { procedureFor, router } from '../rpc/trpc.ts'

export const participantsRouter = router({
  list: procedureFor('participants.list')
    .input(ListParticipantsInputSchema)
    .query(async ({ ctx, input: { roomSid, ...query }, signal }): Promise<ParticipantList> => {
      const room = await enterRoom(ctx, 'participants.list', roomSid, signal)
      const { items, nextCursor } = await ctx.twilio.listParticipants(room, query, { signal })
      return { participants: items, nextCursor }
    }),

  get: procedureFor('participants.get')
    .input(ParticipantInputSchema)
    .query(async ({ ctx, input: { roomSid, participant }, signal }): Promise<Participant> => {
      const room = await enterRoom(ctx, 'participants.get', roomSid, signal)
      return ctx.twilio.getParticipant(room, participant, { signal })
    }),

  remove: procedureFor('participants.remove')
    .input(RemoveParticipantInputSchema)
    .mutation(async ({ ctx, input: { roomSid, participant, ban }, signal }): Promise<Participant> => {
      ctx.deed.target = participant
      const room = await enterRoom(ctx, 'participants.remove', roomSid, signal)
      const removed = ban
        ? await banParticipant(ctx, room, participant, signal)
        : await ctx.twilio.removeParticipant(room, participant, { signal })
      ctx.deed.room = removed.roomSid
      return removed
    }),
})
