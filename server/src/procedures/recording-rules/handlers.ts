import type { RecordingRulesContract } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import type { HandlersOf } from '../handler.ts'

export const recordingRulesHandlers: HandlersOf<RecordingRulesContract> = {
  async get({ ctx, input: { roomSid }, signal }) {
    const room = await authorizeRoom(ctx, 'recordingRules.get', roomSid, signal)
    return ctx.twilio.getRecordingRules(room, { signal })
  },

  async update({ ctx, input: { roomSid, rules }, signal }) {
    const room = await authorizeRoom(ctx, 'recordingRules.update', roomSid, signal)
    const updated = await ctx.twilio.updateRecordingRules(room, rules, { signal })
    return { output: updated, subject: { room: updated.roomSid } }
  },
}
