import { z } from 'zod'
import { nameSchema } from './name.ts'
import { InstantSchema, NextCursorSchema, pageInput } from './page.ts'
import { RoomRefSchema } from './room.ts'
import { ParticipantSidSchema, RoomSidSchema, normalizeParticipantRef } from './sid.ts'

/** How a participant is connected: Twilio's own words. */
export const PARTICIPANT_STATUSES = ['connected', 'reconnecting', 'disconnected'] as const

/** One connection of an identity to a room. Joining twice makes two participants of one identity. */
export const ParticipantSchema = z.object({
  sid: ParticipantSidSchema,
  roomSid: RoomSidSchema,
  identity: z.string().describe('Who it is: the app’s own user name.'),
  name: z
    .string()
    .optional()
    .describe(
      'What the team’s sign-in calls them: the server vouches for it. Left out where it says nothing, as of guests.',
    ),
  status: z.enum(PARTICIPANT_STATUSES),
  joinedAt: InstantSchema,
  leftAt: InstantSchema.nullable().describe('`null` until disconnected.'),
  duration: z.int().nullable().describe('Seconds in the room; `null` until disconnected.'),
})

/** One connection of an identity to a room. */
export interface Participant extends z.output<typeof ParticipantSchema> {}

/** A participant by SID, in either case, or by identity while connected. What has the form of a SID is read as one. */
export const ParticipantRefSchema = nameSchema('a participant SID or identity').overwrite(normalizeParticipantRef)

const roomSid = RoomRefSchema.describe('A room by its SID, or by its name while it is in progress.')

/** Input of `participants.list`. */
export const ListParticipantsInputSchema = z.strictObject({
  roomSid,
  status: z
    .enum(PARTICIPANT_STATUSES)
    .optional()
    .describe(
      'Left out: the connected ones of a room in progress, the disconnected ones of a completed room (Twilio’s rule).',
    ),
  ...pageInput,
})

/** Input of `participants.list`: one room. */
export interface ListParticipantsInput extends z.input<typeof ListParticipantsInputSchema> {}

/** Output of `participants.list`. */
export const ParticipantListSchema = z.object({
  participants: z.array(ParticipantSchema),
  nextCursor: NextCursorSchema,
})

/** One page of a room's participants. */
export interface ParticipantList extends z.output<typeof ParticipantListSchema> {}

/** Input of `participants.get`. */
export const ParticipantInputSchema = z.strictObject({
  roomSid,
  participant: ParticipantRefSchema.describe('A participant by SID, or by identity while connected.'),
})

/** Input of `participants.get`: one participant of one room. */
export interface ParticipantInput extends z.input<typeof ParticipantInputSchema> {}

/** Input of `participants.remove`. */
export const RemoveParticipantInputSchema = ParticipantInputSchema.extend({
  ban: z.boolean().default(false).describe('Whether the identity is kept out from here on, as by `bans.create`.'),
})

/** Input of `participants.remove`: with `ban`, the identity is kept out from here on. */
export interface RemoveParticipantInput extends z.input<typeof RemoveParticipantInputSchema> {}
