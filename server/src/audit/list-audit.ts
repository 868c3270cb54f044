import type { AuditList } from '@roomkey/shared'
import type { PageRequest } from '../store/page-cursor.ts'
import type { Store } from '../store/store.ts'
import type { AuditLog } from './audit-log.ts'

/** One page of the audit log, newest first, of one room or of all; what was done a moment ago is in it. */
export async function listAudit(
  { auditLog, store }: { auditLog: AuditLog | undefined; store: Store },
  { room, ...request }: PageRequest & { room: string | undefined },
): Promise<AuditList> {
  await auditLog?.flush()
  const { auditEntries } = await store.open()
  const { items, nextCursor } = await auditEntries.list(room, request)
  return { entries: items, nextCursor }
}
