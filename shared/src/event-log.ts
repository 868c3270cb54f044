import { z } from 'zod'
import { EventIdSchema, ROOM_EVENT_TYPES, RoomEventSchema } from './event.ts'
import { IdentitySchema } from './identity.ts'
import { InstantSchema, NextCursorSchema, pageInput } from './page.ts'
import { RoomRefSchema } from './room.ts'
import { ParticipantSidSchema, RoomSidSchema } from './sid.ts'

const sid = RoomRefSchema.describe('A SID, or a name while the room is in progress.')

/** Input of `rooms.history`. */
export const RoomHistoryInputSchema = z.strictObject({
  sid,
  types: z.array(z.enum(ROOM_EVENT_TYPES)).min(1).optional().describe('Only events of these types; left out: of all.'),
  ...pageInput,
})

/** Input of `rooms.history`: one room. */
export interface RoomHistoryInput extends z.input<typeof RoomHistoryInputSchema> {}

const prunedUpTo = EventIdSchema.nullable().describe(
  'The room’s events up to this id were kept for `EVENTS_DAYS` and are gone; `null`: all that were reported are there.',
)

/** Output of `rooms.history`. */
export const RoomHistorySchema = z.object({
  events: z.array(RoomEventSchema),
  nextCursor: NextCursorSchema,
  prunedUpTo,
})

/** One page of what happened in a room, oldest first. */
export interface RoomHistory extends z.output<typeof RoomHistorySchema> {}

/** Input of `rooms.attendance` and `rooms.presence`. */
export const RoomLogInputSchema = z.strictObject({ sid })

/** Input of `rooms.attendance` and `rooms.presence`: one room. */
export interface RoomLogInput extends z.input<typeof RoomLogInputSchema> {}

const VisitSchema = z.object({
  participantSid: ParticipantSidSchema,
  joinedAt: InstantSchema.nullable().describe('`null`: it was not reported.'),
  leftAt: InstantSchema.nullable().describe('`null` while inside.'),
})

/** One identity in a room: all its connections, one after another or at once. */
export const AttendeeSchema = z.object({
  identity: z.string(),
  firstJoinedAt: InstantSchema.nullable(),
  lastLeftAt: InstantSchema.nullable().describe('`null` while inside.'),
  seconds: z.int().min(0).describe('Whole seconds inside; what several devices were inside at once counts once.'),
  visits: z.array(VisitSchema).describe('Each connection, in the order of joining.'),
})

/** One identity in a room: all its connections, one after another or at once. */
export interface Attendee extends z.output<typeof AttendeeSchema> {}

/** Output of `rooms.attendance`. */
export const AttendanceSchema = z.object({
  roomSid: RoomSidSchema,
  roomName: z.string().nullable(),
  endedAt: InstantSchema.nullable().describe('`null` while the room is in progress: who is inside counts until now.'),
  prunedUpTo,
  attendees: z.array(AttendeeSchema),
})

/** Who was in a room, when, and for how long. */
export interface Attendance extends z.output<typeof AttendanceSchema> {}

/** One participant who is in a room right now. */
export const PresentParticipantSchema = z.object({
  participantSid: ParticipantSidSchema,
  identity: z.string(),
  name: z.string().optional().describe('As in `participants.list`.'),
  joinedAt: InstantSchema,
})

/** One participant who is in a room right now. */
export interface PresentParticipant extends z.output<typeof PresentParticipantSchema> {}

/** Output of `rooms.presence`. */
export const PresenceSchema = z.object({
  roomSid: RoomSidSchema,
  participants: z.array(PresentParticipantSchema).describe('In the order of joining.'),
  lastEventId: EventIdSchema.describe('Up to where the log was read: pass it to `rooms.events` and nothing is missed.'),
})

/** Who is in a room right now, of what was reported. */
export interface Presence extends z.output<typeof PresenceSchema> {}

/** Input of `participants.anonymize`. */
export const AnonymizeInputSchema = z.strictObject({
  identity: IdentitySchema.describe('Who: an identity, to the letter.'),
  roomSid: RoomRefSchema.optional().describe(
    'A room by its SID, or by its name while it is in progress; left out: every room, which only admins and services may ask for.',
  ),
})

/** Input of `participants.anonymize`: who, and in which room. */
export interface AnonymizeInput extends z.input<typeof AnonymizeInputSchema> {}

/** Output of `participants.anonymize`. */
export const AnonymizedSchema = z.object({
  events: z.int().describe('How many events of the log named them.'),
  participants: z.int().describe('How many participants were anonymized at Twilio.'),
  failed: z
    .array(ParticipantSidSchema)
    .describe('Participants that Twilio did not anonymize, such as those who are inside; call again after they left.'),
})

/** What was anonymized. */
export interface Anonymized extends z.output<typeof AnonymizedSchema> {}
