import { RoomSchema, isRoomSid, type CreateRoomInput, type ListRoomsInput, type Room } from '@roomkey/shared'
import type { RoomInstance } from 'twilio/lib/rest/video/v1/room.js'
import { toInstant, toInstantOrNull } from './instant.ts'
import { toPathPart } from './path.ts'
import { withoutUndefined, type CallOptions, type ListPage, type TwilioRequests } from './requests.ts'
import type { Sdk } from './sdk.ts'

/** A room as Twilio knows it; who hosts it and who may enter is ours to add. */
export type TwilioRoom = Omit<Room, 'host' | 'access'>

/** What goes into a new room at Twilio. */
export type RoomSettings = Omit<CreateRoomInput, 'access'> & { statusCallback?: string | undefined }

/** Rooms at Twilio. `room` is a SID, or a name while the room is in progress. */
export type TwilioRooms = {
  createRoom(settings: RoomSettings, options?: CallOptions): Promise<TwilioRoom>
  getRoom(room: string, options?: CallOptions): Promise<TwilioRoom>
  listRooms(query: NonNullable<ListRoomsInput>, options?: CallOptions): Promise<ListPage<TwilioRoom>>
  completeRoom(room: string, options?: CallOptions): Promise<TwilioRoom>
}

export function createTwilioRooms({ read, create, update, page }: TwilioRequests): TwilioRooms {
  return {
    async createRoom({ roomName, ...settings }, options = {}) {
      return create({ room: roomName }, options, async ({ rooms }) =>
        toRoom(await rooms.create(withoutUndefined({ ...settings, uniqueName: roomName }))),
      )
    },
    async getRoom(room, options = {}) {
      const part = toPathPart(room, 'sid')
      return read(['room', room], { room }, options, async ({ rooms }) => toRoom(await rooms(part).fetch()))
    },
    async listRooms({ limit, cursor, status, roomName, createdAfter, createdBefore }, options = {}) {
      const filters = ['rooms', status, roomName, createdAfter, createdBefore]
      const query = {
        status,
        uniqueName: roomName,
        dateCreatedAfter: toDate(createdAfter),
        dateCreatedBefore: toDate(createdBefore),
        pageSize: limit,
      }
      return page(
        { filters, limit, cursor },
        {},
        options,
        async ({ rooms }, position) => rooms.page(withoutUndefined({ ...query, ...position })),
        toRoom,
      )
    },
    async completeRoom(room, options = {}) {
      const part = toPathPart(room, 'sid')
      return update(
        { room },
        options,
        async ({ rooms }) => toRoom(await rooms(part).update({ status: 'completed' })),
        async (sdk) => findCompleted(sdk, room),
      )
    },
  }
}

/** A room that is completed; one that is known by its name is found in the list only. */
async function findCompleted({ rooms }: Sdk, room: string): Promise<TwilioRoom | undefined> {
  const found = isRoomSid(room)
    ? await rooms(room).fetch()
    : (await rooms.page({ uniqueName: room, status: 'completed', pageSize: 1 })).instances[0]
  return found?.status === 'completed' ? toRoom(found) : undefined
}

function toDate(instant: string | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant)
}

const TwilioRoomSchema = RoomSchema.omit({ host: true, access: true })

/**
 * The SDK's room without its links, account and callbacks. Checked, because the SDK passes on whatever it got.
 * @throws ZodError, RangeError or TypeError when it is not a room.
 */
function toRoom(room: RoomInstance): TwilioRoom {
  return TwilioRoomSchema.parse({
    sid: room.sid,
    name: room.uniqueName ?? room.sid,
    status: room.status,
    type: room.type,
    createdAt: toInstant(room.dateCreated),
    updatedAt: toInstant(room.dateUpdated),
    endedAt: toInstantOrNull(room.endTime),
    duration: room.duration ?? null,
    maxParticipants: room.maxParticipants,
    maxParticipantDuration: room.maxParticipantDuration,
    emptyRoomTimeout: room.emptyRoomTimeout,
    unusedRoomTimeout: room.unusedRoomTimeout,
    mediaRegion: room.mediaRegion,
    videoCodecs: room.videoCodecs ?? [],
    audioOnly: room.audioOnly ?? false,
    recordParticipantsOnConnect: room.recordParticipantsOnConnect,
  })
}
