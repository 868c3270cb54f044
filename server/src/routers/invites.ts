import { CreateInviteInputSchema, ListInvitesInputSchema, RevokeInviteInputSchema } from '@roomkey/shared'
import type { CreatedInvite, Invite, InviteList } from '@roomkey/shared'
import { enterRoom } from '../access/enter-room.ts'
import { inviteNotFound } from '../access/invitations.ts'
import { VideoError, isVideoError } from '../errors/video-error.ts'
import { procedureFor, router } from '../rpc/trpc.ts'

export const invitesRouter = router({
  create: procedureFor('invites.create')
    .input(CreateInviteInputSchema)
    .mutation(async ({ ctx, input: { roomSid, ...terms }, signal }): Promise<CreatedInvite> => {
      const room = await enterRoom(ctx, 'invites.create', roomSid, signal)
      // An invitation is bound to a room by its SID, and a room that is not there cannot be invited to.
      const { sid, status } = await ctx.twilio.getRoom(room, { signal })
      if (status !== 'in-progress')
        throw new VideoError('ROOM_COMPLETED', `Room "${roomSid}" is over; nobody can be invited to it`)
      const created = await ctx.access.invitations.create({ ...terms, roomSid: sid })
      ctx.deed.room = sid
      ctx.deed.target = created.id
      return created
    }),

  list: procedureFor('invites.list')
    .input(ListInvitesInputSchema)
    .query(async ({ ctx, input: { roomSid, limit, cursor }, signal }): Promise<InviteList> => {
      const room = await enterRoom(ctx, 'invites.list', roomSid, signal)
      const { sid } = await ctx.twilio.getRoom(room, { signal })
      return ctx.access.invitations.list(sid, { limit, cursor })
    }),

  revoke: procedureFor('invites.revoke')
    .input(RevokeInviteInputSchema)
    .mutation(async ({ ctx, input: { id }, signal }): Promise<Invite> => {
      ctx.deed.target = id
      const invite = await ctx.access.invitations.find(id)
      if (invite === undefined) throw inviteNotFound()
      try {
        await enterRoom(ctx, 'invites.revoke', invite.roomSid, signal)
      } catch (error) {
        // An invitation to a room that the caller cannot see is one that the caller cannot see.
        throw isVideoError(error) && error.code === 'ROOM_NOT_FOUND' ? inviteNotFound() : error
      }
      await ctx.access.invitations.revoke(id)
      return (await ctx.access.invitations.find(id)) ?? invite
    }),
})
