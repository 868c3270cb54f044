import { z } from 'zod'
import { IdentitySchema } from './identity.ts'
import { InstantSchema, pageInput } from './page.ts'
import { RoomSidSchema, isRoomSid } from './sid.ts'
import { nameSchema } from './name.ts'

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
export const ROOM_STATUSES = ['in-progress', 'completed', 'failed'] as const
export const VIDEO_CODECS = ['VP8', 'H264'] as const

/**
 * Who may enter besides the room's hosts: only the `invited`, or every `signed-in` user.
 */
export const ROOM_ACCESS = ['invited', 'signed-in'] as const
export const RoomAccessSchema = z.enum(ROOM_ACCESS)
export type RoomAccess = z.infer<typeof RoomAccessSchema>

/**
 * A room's name: Twilio's `UniqueName`. 1–128 characters of valid UTF-8, unique among rooms in progress.
 * A name that looks like a room SID is refused: it could not be told from one.
 * Source: Twilio errors 53100–53102 and 53113.
 */
export const RoomNameSchema = nameSchema('a room name').refine(
  (name) => !isRoomSid(name),
  'a room name must not look like a room SID',
)

/** A room by its SID, or by its name while it is in progress. */
export const RoomRefSchema = nameSchema('a room SID or name')
export type RoomRef = z.infer<typeof RoomRefSchema>

/** A room as callers see it: Twilio's room without its links, account and callbacks, plus what Roomkey knows of it. */
export const RoomSchema = z.object({
  sid: RoomSidSchema,
  /** Twilio's `UniqueName`; a room created without a name has its SID here. */
  name: z.string(),
  status: z.enum(ROOM_STATUSES),
  /** `group` for every room made today; older kinds exist on old accounts. */
  type: z.string(),
  createdAt: InstantSchema,
  updatedAt: InstantSchema,
  /** `null` while the room is in progress. */
  endedAt: InstantSchema.nullable(),
  /** Seconds from creation to end; `null` while the room is in progress. */
  duration: z.int().nullable(),
  maxParticipants: z.int(),
  /** Longest stay of one participant, in seconds. */
  maxParticipantDuration: z.int(),
  /** Minutes an emptied room stays open. */
  emptyRoomTimeout: z.int(),
  /** Minutes a room that nobody joined stays open. */
  unusedRoomTimeout: z.int(),
  mediaRegion: z.string(),
  videoCodecs: z.array(z.string()),
  audioOnly: z.boolean(),
  recordParticipantsOnConnect: z.boolean(),
  /** The identity that created the room through Roomkey; `null` for a service, an open server, or a room made elsewhere. */
  host: IdentitySchema.nullable(),
  access: RoomAccessSchema,
})
export interface Room extends z.output<typeof RoomSchema> {}

/** Input of `rooms.create`. Every field may be left out; Twilio's defaults apply. */
export const CreateRoomInputSchema = z
  .strictObject({
    /** Left out, the room is named by its SID. Taken by a room in progress: `ROOM_NAME_TAKEN`. */
    roomName: RoomNameSchema.optional(),
    maxParticipants: within(ROOM_LIMITS.maxParticipants).optional(),
    /** Seconds, 600–86,400, default 14,400. */
    maxParticipantDuration: within(ROOM_LIMITS.maxParticipantDurationSeconds).optional(),
    /** Minutes, 1–60, default 5. */
    emptyRoomTimeout: within(ROOM_LIMITS.emptyRoomTimeoutMinutes).optional(),
    /** Minutes, 1–60, default 5. */
    unusedRoomTimeout: within(ROOM_LIMITS.unusedRoomTimeoutMinutes).optional(),
    mediaRegion: z.enum(MEDIA_REGIONS).optional(),
    videoCodecs: z.array(z.enum(VIDEO_CODECS)).min(1).max(VIDEO_CODECS.length).optional(),
    audioOnly: z.boolean().optional(),
    recordParticipantsOnConnect: z.boolean().optional(),
    /** Who may enter besides the hosts; default `invited`. */
    access: RoomAccessSchema.optional(),
  })
  .prefault({})
export interface CreateRoomInput extends NonNullable<z.input<typeof CreateRoomInputSchema>> {}

/**
 * Input of `rooms.list`. `createdAfter` is inclusive, `createdBefore` exclusive (Twilio's rules). Filters are
 * ANDed; a `roomName` alone never finds a completed room, because `status` defaults to `in-progress`.
 */
export const ListRoomsInputSchema = z
  .strictObject({
    status: z.enum(ROOM_STATUSES).default('in-progress'),
    roomName: RoomNameSchema.optional(),
    createdAfter: InstantSchema.optional(),
    createdBefore: InstantSchema.optional(),
    ...pageInput,
  })
  .prefault({})
export interface ListRoomsInput extends NonNullable<z.input<typeof ListRoomsInputSchema>> {}

export const RoomListSchema = z.object({ rooms: z.array(RoomSchema), nextCursor: z.string().nullable() })
export interface RoomList extends z.output<typeof RoomListSchema> {}

/** Input of `rooms.get` and `rooms.complete`: a SID, or a name while the room is in progress. */
export const RoomInputSchema = z.strictObject({ sid: RoomRefSchema })
export interface RoomInput extends z.input<typeof RoomInputSchema> {}

function within({ min, max }: { min: number; max: number }) {
  return z.int().min(min).max(max)
}
