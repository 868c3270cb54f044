import { RoomSchema } from '@roomkey/shared'
import type { Room } from '@roomkey/shared'
import type { RoomInstance } from 'twilio/lib/rest/video/v1/room.js'
import { toInstant, toInstantOrNull } from './instant.ts'

/** A room as Twilio knows it; who hosts it and who may enter is ours to add. */
export type TwilioRoom = Omit<Room, 'host' | 'access'>

const TwilioRoomSchema = RoomSchema.omit({ host: true, access: true })

/**
 * The SDK's room without its links, account and callbacks. Checked, because the SDK passes on whatever it got.
 * @throws ZodError, RangeError or TypeError when it is not a room.
 */
export function toRoom(room: RoomInstance): TwilioRoom {
  return TwilioRoomSchema.parse({
    sid: room.sid,
    name: room.uniqueName,
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
