import type { Participant, ParticipantsContract, RoomRef } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import { VideoError } from '../../core/video-error.ts'
import { banIdentity, findIdentity } from '../bans/ban-identity.ts'
import type { Context } from '../context.ts'
import type { HandlersOf } from '../handler.ts'
import { withNames } from '../user-names.ts'
import { anonymizeIdentity } from './anonymize-identity.ts'

export const participantsHandlers: HandlersOf<ParticipantsContract> = {
  async list({ ctx, input: { roomSid, ...query }, signal }) {
    const room = await authorizeRoom(ctx, 'participants.list', roomSid, signal)
    const { items, nextCursor } = await ctx.twilio.listParticipants(room, query, { signal })
    return { participants: await withNames(ctx, items), nextCursor }
  },

  async get({ ctx, input: { roomSid, participant }, signal }) {
    const room = await authorizeRoom(ctx, 'participants.get', roomSid, signal)
    const found = await ctx.twilio.getParticipant(room, participant, { signal })
    const [named = found] = await withNames(ctx, [found])
    return named
  },

  async remove({ ctx, input: { roomSid, participant, ban }, signal }) {
    const room = await authorizeRoom(ctx, 'participants.remove', roomSid, signal)
    const removed = ban
      ? await banParticipant(ctx, room, participant, signal)
      : await ctx.twilio.removeParticipant(room, participant, { signal })
    return { output: removed, subject: { room: removed.roomSid, target: ban ? removed.identity : participant } }
  },

  async anonymize({ ctx, input, signal }) {
    const { roomSid, ...output } = await anonymizeIdentity(ctx, input, signal)
    // Not whom: the audit log would keep what all else has forgotten.
    return { output, subject: roomSid === undefined ? {} : { room: roomSid } }
  },
}

/** The short way to `bans.create`. @throws VideoError `PARTICIPANT_NOT_FOUND` when they are not inside: the ban stands. */
async function banParticipant(
  ctx: Context,
  room: RoomRef,
  participant: string,
  signal: AbortSignal | undefined,
): Promise<Participant> {
  const identity = await findIdentity(ctx, room, participant, signal)
  const { roomSid, ended } = await banIdentity(ctx, room, identity, signal)
  if (ended.participant !== null) return ended.participant
  const message = `"${identity}" is not in room "${room}" right now, and is kept out from here on`
  throw new VideoError('PARTICIPANT_NOT_FOUND', message, { subject: { room: roomSid, target: identity, isDone: true } })
}
