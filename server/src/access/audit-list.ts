import type { AuditEntry, AuditList } from '@roomkey/shared'
import type { AuditRow } from '../store/tables.ts'
import type { Access } from './access.ts'
import { formatPlace, parsePlace } from './list-cursor.ts'

/** One page of the audit log, newest first; what was done a moment ago is in it. */
export async function listAudit(
  { audit, store }: Pick<Access, 'audit' | 'store'>,
  { room, limit, cursor }: { room: string | undefined; limit: number; cursor: string | undefined },
): Promise<AuditList> {
  const after = cursor === undefined ? undefined : parsePlace(cursor)
  await audit?.flush()
  const records = await store.open()
  const rows = await records.audit.list({ room, limit: limit + 1, after })
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { entries: rows.slice(0, limit).map(toEntry), nextCursor: last === undefined ? null : formatPlace(last) }
}

function toEntry(row: AuditRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    requestId: row.request_id,
    callerKind: row.caller_kind as AuditEntry['callerKind'],
    caller: row.caller,
    action: row.action,
    room: row.room,
    target: row.target,
    outcome: row.outcome as AuditEntry['outcome'],
  }
}
