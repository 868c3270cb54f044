import type { BansContract } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import { VideoError } from '../../core/video-error.ts'
import type { HandlersOf } from '../handler.ts'
import { banIdentity } from './ban-identity.ts'

export const bansHandlers: HandlersOf<BansContract> = {
  async create({ ctx, input: { roomSid, identity }, signal }) {
    const room = await authorizeRoom(ctx, 'bans.create', roomSid, signal)
    const ban = await banIdentity(ctx, room, identity, signal)
    return { output: ban, subject: { room: ban.roomSid, target: identity } }
  },

  async list({ ctx, input: { roomSid, limit, cursor }, signal }) {
    const room = await authorizeRoom(ctx, 'bans.list', roomSid, signal)
    const { sid } = await ctx.twilio.getRoom(room, { signal })
    const { bans } = await ctx.store.open()
    const { items, nextCursor } = await bans.list(sid, { limit, cursor })
    return { bans: items, nextCursor }
  },

  async lift({ ctx, input: { roomSid, identity }, signal }) {
    const room = await authorizeRoom(ctx, 'bans.lift', roomSid, signal)
    const { sid } = await ctx.twilio.getRoom(room, { signal })
    const subject = { room: sid, target: identity }
    const { bans } = await ctx.store.open()
    const lifted = await bans.lift(sid, identity)
    if (lifted !== undefined) return { output: lifted, subject }
    throw new VideoError('BAN_NOT_FOUND', `"${identity}" is not kept out of room "${roomSid}"`, { subject })
  },
}
