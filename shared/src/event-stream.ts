import { z } from 'zod'
import { ERROR_CODES } from './error-code.ts'
import { EventIdSchema, ROOM_EVENT_TYPES, RoomEventSchema } from './event.ts'
import { RoomRefSchema } from './room.ts'
import { RoomSidSchema } from './sid.ts'

/** The most rooms that one connection of `events.follow` serves. */
export const MAX_FOLLOWED_ROOMS = 100

const lastEventId = EventIdSchema.optional().describe(
  'The `id` that was seen last: what followed comes first. `0`: from the beginning. Left out: from now on.',
)

const types = z
  .array(z.enum(ROOM_EVENT_TYPES))
  .min(1)
  .optional()
  .describe('Only events of these types; left out: of all.')

/**
 * Stands in a stream where the events of the past end and those of the present begin. Its `id` is as good a
 * `lastEventId` as that of an event.
 */
const caughtUp = z.object({ type: z.literal('caught-up'), id: EventIdSchema })

/**
 * Stands in a stream where events are missing for good: what followed `lastEventId`, up to this `id`, was kept for
 * `EVENTS_DAYS` and is gone. What comes after it is whole again.
 */
const eventsPruned = z.object({
  type: z.literal('events-pruned'),
  id: EventIdSchema.describe('All events up to here are gone: as good a `lastEventId` as that of an event.'),
  roomSid: RoomSidSchema.nullable().describe('The room that they are missing of; `null` in a stream of all rooms.'),
})

/** A room that this stream says no more about; the others go on. */
const roomClosed = z.object({
  type: z.literal('room-closed'),
  id: EventIdSchema,
  room: RoomRefSchema.describe('The room, as the caller called it.'),
  roomSid: RoomSidSchema.nullable().describe('`null` where it was never found.'),
  code: z.enum(ERROR_CODES).describe('Why: the code that a call about the room is refused with.'),
  message: z.string(),
})

/** What a stream of one room, or of all, is made of: events, `caught-up` once, `events-pruned` where some are gone. */
export const StreamedEventSchema = z.discriminatedUnion('type', [...RoomEventSchema.options, caughtUp, eventsPruned])

/** One entry of a stream: an event, `caught-up`, or `events-pruned`. */
export type StreamedEvent = z.output<typeof StreamedEventSchema>

/** What a stream of several rooms is made of: also of rooms that the caller may not, or may no longer, see. */
export const FollowedEventSchema = z.discriminatedUnion('type', [...StreamedEventSchema.options, roomClosed])

/** One entry of a stream of several rooms: an event, `caught-up`, `events-pruned`, or `room-closed`. */
export type FollowedEvent = z.output<typeof FollowedEventSchema>

/** Input of `rooms.events`. */
export const RoomEventsInputSchema = z.strictObject({
  sid: RoomRefSchema.describe('A SID, or a name while the room is in progress.'),
  lastEventId,
  types,
})

/** Input of `rooms.events`: one room, and where to go on. */
export interface RoomEventsInput extends z.input<typeof RoomEventsInputSchema> {}

/** Input of `events.subscribe`. */
export const SubscribeInputSchema = z.strictObject({ lastEventId, types }).prefault({})

/** Input of `events.subscribe`: where to go on. */
export interface SubscribeInput extends NonNullable<z.input<typeof SubscribeInputSchema>> {}

/** Input of `events.follow`. */
export const FollowInputSchema = z.strictObject({
  rooms: z
    .array(
      z.strictObject({
        sid: RoomRefSchema.describe('A SID, or a name while the room is in progress.'),
        lastEventId: lastEventId.describe('As the stream’s own, for this room; the later of the two counts.'),
      }),
    )
    .min(1)
    .max(MAX_FOLLOWED_ROOMS),
  lastEventId,
  types,
})

/** Input of `events.follow`: the rooms, and where to go on. */
export interface FollowInput extends z.input<typeof FollowInputSchema> {}
