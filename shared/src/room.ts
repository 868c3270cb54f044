import { z } from 'zod'
import { IdentitySchema } from './identity.ts'
import { nameSchema } from './name.ts'
import { InstantSchema, NextCursorSchema, pageInput } from './page.ts'
import { RoomSidSchema, isRoomSid, normalizeRoomRef } from './sid.ts'

/**
 * Twilio's limits and defaults for rooms. Durations are seconds, room timeouts are minutes, as Twilio's own.
 * Source: Twilio "Rooms resource" and "Programmable Video Limits"; twilio-oai `twilio_video_v1.json`.
 */
export const ROOM_LIMITS = {
  maxParticipants: { min: 1, max: 50, default: 50 },
  maxParticipantDurationSeconds: { min: 600, max: 86_400, default: 14_400 },
  emptyRoomTimeoutMinutes: { min: 1, max: 60, default: 5 },
  unusedRoomTimeoutMinutes: { min: 1, max: 60, default: 5 },
} as const

/** Where Twilio can host a room's media; `gll` is the nearest. Source: Twilio "Video Regions". */
export const MEDIA_REGIONS = ['gll', 'au1', 'br1', 'de1', 'ie1', 'in1', 'jp1', 'sg1', 'us1', 'us2'] as const

/** Where a room is in its life: Twilio's own words. */
export const ROOM_STATUSES = ['in-progress', 'completed', 'failed'] as const

/** The codecs a room may be held to. */
export const VIDEO_CODECS = ['VP8', 'H264'] as const

/** Who may enter besides the room's hosts: only the `invited`, or every `signed-in` user. */
export const ROOM_ACCESS = ['invited', 'signed-in'] as const

/** One of {@link ROOM_ACCESS}. */
export const RoomAccessSchema = z.enum(ROOM_ACCESS)

/** One of {@link ROOM_ACCESS}. */
export type RoomAccess = z.infer<typeof RoomAccessSchema>

/**
 * A room's name: Twilio's `UniqueName`. 1–128 characters of valid UTF-8, unique among rooms in progress.
 * A name that looks like a room SID is refused: it could not be told from one.
 * Source: Twilio errors 53100–53102 and 53113.
 */
export const RoomNameSchema = nameSchema('a room name')
  .refine((name) => !isRoomSid(name), 'a room name must not look like a room SID')
  .meta({ not: { pattern: '^RM[0-9a-fA-F]{32}$' } })

/**
 * A room by its SID, in either case, or by its name while it is in progress. The output has SIDs in lower case.
 * Names are parts of addresses at Twilio, where `.` and `..` have a meaning that no encoding takes away.
 */
export const RoomRefSchema = nameSchema('a room SID or name')
  .refine((ref) => ref !== '.' && ref !== '..', 'a name of dots cannot stand in an address; use the SID')
  .meta({ not: { pattern: '^\\.{1,2}$' } })
  .overwrite(normalizeRoomRef)

/** A room by its SID, or by its name while it is in progress. */
export type RoomRef = z.infer<typeof RoomRefSchema>

/** A room as callers see it: Twilio's room without its links, account and callbacks, plus what Roomkey knows of it. */
export const RoomSchema = z.object({
  sid: RoomSidSchema,
  name: z.string().describe('Twilio’s `UniqueName`; a room created without a name has its SID here.'),
  status: z.enum(ROOM_STATUSES),
  type: z.string().describe('`group` for every room made today; older kinds exist on old accounts.'),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
  endedAt: InstantSchema.nullable().describe('`null` while the room is in progress.'),
  duration: z.int().nullable().describe('Seconds from creation to end; `null` while the room is in progress.'),
  maxParticipants: z.int(),
  maxParticipantDuration: z.int().describe('Longest stay of one participant, in seconds.'),
  emptyRoomTimeout: z.int().describe('Minutes an emptied room stays open.'),
  unusedRoomTimeout: z.int().describe('Minutes a room that nobody joined stays open.'),
  mediaRegion: z.string().describe('Where Twilio hosts the media; `gll` is the nearest.'),
  videoCodecs: z.array(z.string()),
  audioOnly: z.boolean(),
  recordParticipantsOnConnect: z.boolean(),
  host: IdentitySchema.nullable().describe(
    'The identity that created the room through Roomkey; `null` for a service, an open server, or a room made elsewhere.',
  ),
  access: RoomAccessSchema.describe('Who may enter besides the hosts.'),
})

/** A room as callers see it. */
export interface Room extends z.output<typeof RoomSchema> {}

/** Input of `rooms.create`. Every field may be left out; Twilio's defaults apply. */
export const CreateRoomInputSchema = z
  .strictObject({
    roomName: RoomNameSchema.optional().describe(
      'Left out, the room is named by its SID. Taken by a room in progress: `ROOM_NAME_TAKEN`.',
    ),
    maxParticipants: within(ROOM_LIMITS.maxParticipants).optional().describe('Default 50.'),
    maxParticipantDuration: within(ROOM_LIMITS.maxParticipantDurationSeconds)
      .optional()
      .describe('Longest stay of one participant, in seconds; default 14,400.'),
    emptyRoomTimeout: within(ROOM_LIMITS.emptyRoomTimeoutMinutes)
      .optional()
      .describe('Minutes an emptied room stays open; default 5.'),
    unusedRoomTimeout: within(ROOM_LIMITS.unusedRoomTimeoutMinutes)
      .optional()
      .describe('Minutes a room that nobody joined stays open; default 5.'),
    mediaRegion: z.enum(MEDIA_REGIONS).optional().describe('Where Twilio hosts the media; default `gll`, the nearest.'),
    videoCodecs: z
      .array(z.enum(VIDEO_CODECS))
      .min(1)
      .max(VIDEO_CODECS.length)
      .optional()
      .describe('The codecs participants may use; default both.'),
    audioOnly: z.boolean().optional().describe('Whether the room takes no video; default `false`.'),
    recordParticipantsOnConnect: z
      .boolean()
      .optional()
      .describe('Whether what participants publish is recorded; default `false`.'),
    access: RoomAccessSchema.optional().describe('Who may enter besides the hosts; default `invited`.'),
  })
  .prefault({})

/** Input of `rooms.create`. Every field may be left out. */
export interface CreateRoomInput extends NonNullable<z.input<typeof CreateRoomInputSchema>> {}

/** Input of `rooms.list`. Filters are ANDed. */
export const ListRoomsInputSchema = z
  .strictObject({
    status: z.enum(ROOM_STATUSES).default('in-progress').describe('A `roomName` alone never finds a completed room.'),
    roomName: RoomNameSchema.optional(),
    createdAfter: InstantSchema.optional().describe('Inclusive (Twilio’s rule).'),
    createdBefore: InstantSchema.optional().describe('Exclusive (Twilio’s rule).'),
    ...pageInput,
  })
  .prefault({})

/** Input of `rooms.list`: the rooms in progress, unless it says otherwise. */
export interface ListRoomsInput extends NonNullable<z.input<typeof ListRoomsInputSchema>> {}

/** Output of `rooms.list`. */
export const RoomListSchema = z.object({ rooms: z.array(RoomSchema), nextCursor: NextCursorSchema })

/** One page of rooms, newest first. */
export interface RoomList extends z.output<typeof RoomListSchema> {}

/** Input of `rooms.get` and `rooms.complete`. */
export const RoomInputSchema = z.strictObject({
  sid: RoomRefSchema.describe('A SID, or a name while the room is in progress.'),
})

/** Input of `rooms.get` and `rooms.complete`: one room. */
export interface RoomInput extends z.input<typeof RoomInputSchema> {}

function within({ min, max }: { min: number; max: number }) {
  return z.int().min(min).max(max)
}
