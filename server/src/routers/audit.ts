import { ListAuditInputSchema } from '@roomkey/shared'
import type { AuditList } from '@roomkey/shared'
import { listAudit } from '../access/audit-list.ts'
import { enterRoom } from '../access/enter-room.ts'
import { VideoError } from '../errors/video-error.ts'
import { procedureFor, router } from '../rpc/trpc.ts'

export const auditRouter = router({
  list: procedureFor('audit.list')
    .input(ListAuditInputSchema)
    .query(async ({ ctx, input: { roomSid, limit, cursor }, signal }): Promise<AuditList> => {
      const { access, caller } = ctx
      if (roomSid === undefined) {
        if (!(await access.allows(caller, 'audit.list', 'none', null))) {
          throw new VideoError('FORBIDDEN', 'You may see the audit log of a room you host: pass its roomSid')
        }
        return listAudit(access, { room: undefined, limit, cursor })
      }
      const room = await enterRoom(ctx, 'audit.list', roomSid, signal)
      return listAudit(access, { room, limit, cursor })
    }),
})
