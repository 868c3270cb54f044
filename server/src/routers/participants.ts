import { ListParticipantsInputSchema, ParticipantInputSchema, RemoveParticipantInputSchema } from '@roomkey/shared'
import type { Participant, ParticipantList } from '@roomkey/shared'
import { procedure, router } from '../rpc/trpc.ts'

export const participantsRouter = router({
  list: procedure
    .input(ListParticipantsInputSchema)
    .query(async ({ ctx, input: { roomSid, ...query }, signal }): Promise<ParticipantList> => {
      const { items, nextCursor } = await ctx.twilio.listParticipants(roomSid, query, { signal })
      return { participants: items, nextCursor }
    }),

  get: procedure.input(ParticipantInputSchema).query(({ ctx, input, signal }): Promise<Participant> => {
    return ctx.twilio.getParticipant(input.roomSid, input.participant, { signal })
  }),

  remove: procedure.input(RemoveParticipantInputSchema).mutation(({ ctx, input, signal }): Promise<Participant> => {
    return ctx.twilio.removeParticipant(input.roomSid, input.participant, { signal })
  }),
})
