import { AuditListSchema, ListAuditInputSchema, type AuditList, type ListAuditInput } from '../audit.ts'
import { TWILIO_ERRORS } from '../error-code.ts'
import { query } from './define.ts'

/** Who did what. */
export const audit = {
  list: query<ListAuditInput | undefined, AuditList>()({
    input: ListAuditInputSchema,
    output: AuditListSchema,
    summary: 'Lists who did what to which room, newest first',
    description: 'A host sees that of their room; the whole log is for admins and services.',
    errors: ['ROOM_NOT_FOUND', 'FORBIDDEN', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/audit' },
    example: { roomSid: 'standup' },
  }),
}

/** The procedures of `audit`. */
export interface AuditContract extends Readonly<typeof audit> {}
