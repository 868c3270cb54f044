import { z } from 'zod'
import { InstantSchema, pageInput } from './page.ts'
import { RoomRefSchema } from './room.ts'
import { ParticipantSidSchema, RoomSidSchema } from './sid.ts'
import { nameSchema } from './name.ts'

export const PARTICIPANT_STATUSES = ['connected', 'reconnecting', 'disconnected'] as const

/** One connection of an identity to a room. Joining twice makes two participants of one identity. */
export const ParticipantSchema = z.object({
  sid: ParticipantSidSchema,
  roomSid: RoomSidSchema,
  identity: z.string(),
  status: z.enum(PARTICIPANT_STATUSES),
  joinedAt: InstantSchema,
  /** `null` until disconnected. */
  leftAt: InstantSchema.nullable(),
  /** Seconds in the room; `null` until disconnected. */
  duration: z.int().nullable(),
})
export interface Participant extends z.output<typeof ParticipantSchema> {}

/** A participant by SID, or by identity while connected. */
export const ParticipantRefSchema = nameSchema('a participant SID or identity')

/**
 * Input of `participants.list`. `status` left out: the connected ones of a room in progress, the disconnected
 * ones of a completed room (Twilio's rule).
 */
export const ListParticipantsInputSchema = z.strictObject({
  roomSid: RoomRefSchema,
  status: z.enum(PARTICIPANT_STATUSES).optional(),
  ...pageInput,
})
export interface ListParticipantsInput extends z.input<typeof ListParticipantsInputSchema> {}

export const ParticipantListSchema = z.object({
  participants: z.array(ParticipantSchema),
  nextCursor: z.string().nullable(),
})
export interface ParticipantList extends z.output<typeof ParticipantListSchema> {}

export const ParticipantInputSchema = z.strictObject({ roomSid: RoomRefSchema, participant: ParticipantRefSchema })
export interface ParticipantInput extends z.input<typeof ParticipantInputSchema> {}

/** Input of `participants.remove`. With `ban`, the identity gets no new token for the room and is removed if an old one lets it in. */
export const RemoveParticipantInputSchema = ParticipantInputSchema.extend({ ban: z.boolean().default(false) })
export interface RemoveParticipantInput extends z.input<typeof RemoveParticipantInputSchema> {}
