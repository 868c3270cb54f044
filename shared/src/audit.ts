import { z } from 'zod'
import { CALLER_KINDS } from './whoami.ts'
import { ERROR_CODES } from './error-code.ts'
import { InstantSchema, pageInput } from './page.ts'
import { RoomRefSchema } from './room.ts'

/** One line of the audit log: who did what to which room, and how it ended. It holds no secret. */
export const AuditEntrySchema = z.object({
  id: z.uuid(),
  at: InstantSchema,
  /** Stands in the server's log and in the answer to the caller. */
  requestId: z.string(),
  callerKind: z.enum(CALLER_KINDS),
  /** The identity of a user, the name of an API key, the id of an invitation; `null` for a caller nobody knows. */
  caller: z.string().nullable(),
  /** The procedure, e.g. `rooms.complete`. */
  action: z.string(),
  /** The room's SID; what the caller called it, when it was not found. */
  room: z.string().nullable(),
  /** Whom or what it was done to: an identity, a participant, an invitation's id. */
  target: z.string().nullable(),
  /** `OK`, or the code of the error. */
  outcome: z.enum(['OK', ...ERROR_CODES]),
})
export interface AuditEntry extends z.output<typeof AuditEntrySchema> {}

/** Input of `audit.list`: newest first. `roomSid` left out: everything, which only admins and services may see. */
export const ListAuditInputSchema = z.strictObject({ roomSid: RoomRefSchema.optional(), ...pageInput }).prefault({})
export interface ListAuditInput extends NonNullable<z.input<typeof ListAuditInputSchema>> {}

export const AuditListSchema = z.object({ entries: z.array(AuditEntrySchema), nextCursor: z.string().nullable() })
export interface AuditList extends z.output<typeof AuditListSchema> {}
