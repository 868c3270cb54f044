import { TWILIO_ERRORS } from '../error-code.ts'
import {
  CreateRoomInputSchema,
  ListRoomsInputSchema,
  RoomInputSchema,
  RoomListSchema,
  RoomSchema,
  type CreateRoomInput,
  type ListRoomsInput,
  type Room,
  type RoomInput,
  type RoomList,
} from '../room.ts'
import { mutation, query } from './define.ts'

/** Rooms, as Twilio has them, and whose they are. */
export const rooms = {
  create: mutation<CreateRoomInput | undefined, Room>()({
    input: CreateRoomInputSchema,
    output: RoomSchema,
    summary: 'Creates a room',
    description: 'A user who creates a room is its host. Every field may be left out; Twilio’s defaults apply.',
    errors: ['ROOM_NAME_TAKEN', ...TWILIO_ERRORS],
    http: { method: 'POST', path: '/rooms', status: 201 },
    example: { roomName: 'standup', maxParticipants: 10 },
  }),
  list: query<ListRoomsInput | undefined, RoomList>()({
    input: ListRoomsInputSchema,
    output: RoomListSchema,
    summary: 'Lists the rooms the caller may see, newest first',
    description:
      'Those in progress, unless `status` says otherwise: a `roomName` alone never finds a completed room. Filters are ' +
      'ANDed.',
    errors: [...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms' },
    example: { limit: 100 },
  }),
  get: query<RoomInput, Room>()({
    input: RoomInputSchema,
    output: RoomSchema,
    summary: 'Shows a room',
    description: 'A room that the caller may not see does not exist for them.',
    errors: ['ROOM_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{sid}' },
    example: { sid: 'standup' },
  }),
  complete: mutation<RoomInput, Room>()({
    input: RoomInputSchema,
    output: RoomSchema,
    summary: 'Ends a room for everyone in it',
    description: 'For hosts. A completed room stays as it is, and its name is free again.',
    errors: ['ROOM_NOT_FOUND', 'ROOM_COMPLETED', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'POST', path: '/rooms/{sid}/complete' },
    example: { sid: 'standup' },
  }),
}

/** The procedures of `rooms`. */
export interface RoomsContract extends Readonly<typeof rooms> {}
