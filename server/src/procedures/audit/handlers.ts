import type { AuditContract } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import { listAudit } from '../../audit/list-audit.ts'
import { VideoError } from '../../core/video-error.ts'
import type { HandlersOf } from '../handler.ts'

export const auditHandlers: HandlersOf<AuditContract> = {
  async list({ ctx, input: { roomSid, limit, cursor }, signal }) {
    if (roomSid !== undefined) {
      const room = await authorizeRoom(ctx, 'audit.list', roomSid, signal)
      return listAudit(ctx, { room, limit, cursor })
    }
    if (!(await ctx.authorizer.allows(ctx.caller, 'audit.list', 'none', null))) {
      throw new VideoError('FORBIDDEN', 'You may see the audit log of a room you host: pass its roomSid')
    }
    return listAudit(ctx, { room: undefined, limit, cursor })
  },
}
