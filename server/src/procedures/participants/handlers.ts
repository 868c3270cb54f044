import type { ParticipantsContract } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import { banParticipant } from '../bans/ban-participant.ts'
import type { HandlersOf } from '../handler.ts'

export const participantsHandlers: HandlersOf<ParticipantsContract> = {
  async list({ ctx, input: { roomSid, ...query }, signal }) {
    const room = await authorizeRoom(ctx, 'participants.list', roomSid, signal)
    const { items, nextCursor } = await ctx.twilio.listParticipants(room, query, { signal })
    return { participants: items, nextCursor }
  },

  async get({ ctx, input: { roomSid, participant }, signal }) {
    const room = await authorizeRoom(ctx, 'participants.get', roomSid, signal)
    return ctx.twilio.getParticipant(room, participant, { signal })
  },

  async remove({ ctx, input: { roomSid, participant, ban }, signal }) {
    const room = await authorizeRoom(ctx, 'participants.remove', roomSid, signal)
    const removed = ban
      ? await banParticipant(ctx, room, participant, signal)
      : await ctx.twilio.removeParticipant(room, participant, { signal })
    return { output: removed, subject: { room: removed.roomSid, target: ban ? removed.identity : participant } }
  },
}
