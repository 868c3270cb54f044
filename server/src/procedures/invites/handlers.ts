import type { InvitesContract } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import { VideoError, hasCode } from '../../core/video-error.ts'
import { inviteNotFound } from '../../identity/invite-secret.ts'
import type { HandlersOf } from '../handler.ts'

export const invitesHandlers: HandlersOf<InvitesContract> = {
  async create({ ctx, input: { roomSid, ...terms }, signal }) {
    const room = await authorizeRoom(ctx, 'invites.create', roomSid, signal)
    // An invitation is bound to a room by its SID, and a room that is not there cannot be invited to.
    const { sid, status } = await ctx.twilio.getRoom(room, { signal })
    if (status !== 'in-progress') {
      const message = `Room "${roomSid}" is over; nobody can be invited to it`
      throw new VideoError('ROOM_COMPLETED', message, { subject: { room: sid } })
    }
    const created = await ctx.invitations.create(ctx.caller, { ...terms, roomSid: sid })
    return { output: created, subject: { room: sid, target: created.id } }
  },

  async list({ ctx, input: { roomSid, limit, cursor }, signal }) {
    const room = await authorizeRoom(ctx, 'invites.list', roomSid, signal)
    const { sid } = await ctx.twilio.getRoom(room, { signal })
    const { items, nextCursor } = await ctx.invitations.list(sid, { limit, cursor })
    return { invites: items, nextCursor }
  },

  async revoke({ ctx, input: { id }, signal }) {
    const invite = await ctx.invitations.find(id)
    if (invite === undefined) throw inviteNotFound()
    try {
      await authorizeRoom(ctx, 'invites.revoke', invite.roomSid, signal)
    } catch (error) {
      // An invitation to a room that the caller cannot see is one that the caller cannot see.
      throw hasCode(error, 'ROOM_NOT_FOUND') ? inviteNotFound() : error
    }
    return { output: await ctx.invitations.revoke(invite), subject: { room: invite.roomSid, target: id } }
  },
}
