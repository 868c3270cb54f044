import { z } from 'zod'
import { IdentitySchema } from './identity.ts'
import { INVITE_ROLES } from './invite.ts'
import { InstantSchema, NextCursorSchema, pageInput } from './page.ts'
import { ParticipantSchema } from './participant.ts'
import { RoomRefSchema } from './room.ts'
import { RoomSidSchema } from './sid.ts'

/** An identity that is kept out of a room. */
export const BanSchema = z.object({
  roomSid: RoomSidSchema,
  identity: IdentitySchema.describe('Who is kept out; a guest by the marked identity they were in the room as.'),
  createdAt: InstantSchema,
})

/** An identity that is kept out of a room. */
export interface Ban extends z.output<typeof BanSchema> {}

/** Input of `bans.create` and `bans.lift`. */
export const BanInputSchema = z.strictObject({
  roomSid: RoomRefSchema.describe('A room by its SID, or by its name while it is in progress.'),
  identity: IdentitySchema.describe('Who: an identity, to the letter. What looks like a participant’s SID is one too.'),
})

/** Input of `bans.create` and `bans.lift`: who, and of which room. */
export interface BanInput extends z.input<typeof BanInputSchema> {}

/** Output of `bans.create`. */
export const CreatedBanSchema = BanSchema.extend({
  ended: z
    .object({
      membership: z.enum(INVITE_ROLES).nullable().describe('As what an invitation had brought them in; `null`: none.'),
      invites: z.int().describe('How many invitations were taken back: theirs, and what was made with those.'),
      participant: ParticipantSchema.nullable().describe('Who was put out; `null`: they were not in the room.'),
    })
    .describe('What the ban ended.'),
})

/** A ban, and what it ended. */
export interface CreatedBan extends z.output<typeof CreatedBanSchema> {}

/** Input of `bans.list`. */
export const ListBansInputSchema = z.strictObject({
  roomSid: RoomRefSchema.describe('A room by its SID, or by its name while it is in progress.'),
  ...pageInput,
})

/** Input of `bans.list`: one room. */
export interface ListBansInput extends z.input<typeof ListBansInputSchema> {}

/** Output of `bans.list`. */
export const BanListSchema = z.object({ bans: z.array(BanSchema), nextCursor: NextCursorSchema })

/** One page of a room's bans, newest first. */
export interface BanList extends z.output<typeof BanListSchema> {}
