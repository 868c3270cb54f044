import { z } from 'zod'
import { ERROR_CODES } from './error-code.ts'
import { InstantSchema, pageInput, NextCursorSchema } from './page.ts'
import { RoomRefSchema } from './room.ts'
import { CALLER_KINDS } from './whoami.ts'

/** One line of the audit log: who did what to which room, and how it ended. It holds no secret. */
export const AuditEntrySchema = z.object({
  id: z.uuid(),
  at: InstantSchema,
  requestId: z.string().describe('Stands in the server’s log and in the response to the caller.'),
  callerKind: z.enum(CALLER_KINDS),
  caller: z
    .string()
    .nullable()
    .describe(
      'The identity of a user, the name of an API key, the id of an invitation; `null` for a caller nobody knows.',
    ),
  action: z.string().describe('The procedure, e.g. `rooms.complete`.'),
  room: z.string().nullable().describe('The room’s SID; what the caller called it, when it was not found.'),
  target: z
    .string()
    .nullable()
    .describe('Whom or what it was done to: an identity, a participant, an invitation’s id.'),
  outcome: z.enum(['OK', ...ERROR_CODES]).describe('`OK`, or the code of the error.'),
  count: z
    .int()
    .optional()
    .describe(
      'How often, where more than once: refusals of one caller, action and outcome within a minute are one entry, ' +
        'which says of the first when it was and what it was about.',
    ),
})

/** One line of the audit log. */
export interface AuditEntry extends z.output<typeof AuditEntrySchema> {}

/** Input of `audit.list`. */
export const ListAuditInputSchema = z
  .strictObject({
    roomSid: RoomRefSchema.optional().describe(
      'The room; left out: everything, which only admins and services may see.',
    ),
    ...pageInput,
  })
  .prefault({})

/** Input of `audit.list`: one room, or everything. */
export interface ListAuditInput extends NonNullable<z.input<typeof ListAuditInputSchema>> {}

/** Output of `audit.list`. */
export const AuditListSchema = z.object({ entries: z.array(AuditEntrySchema), nextCursor: NextCursorSchema })

/** One page of the audit log, newest first. */
export interface AuditList extends z.output<typeof AuditListSchema> {}
