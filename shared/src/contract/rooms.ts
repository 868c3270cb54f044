import { TWILIO_ERRORS } from '../error-code.ts'
import {
  AttendanceSchema,
  PresenceSchema,
  RoomHistoryInputSchema,
  RoomHistorySchema,
  RoomLogInputSchema,
  type Attendance,
  type Presence,
  type RoomHistory,
  type RoomHistoryInput,
  type RoomLogInput,
} from '../event-log.ts'
import {
  RoomEventsInputSchema,
  StreamedEventSchema,
  type RoomEventsInput,
  type StreamedEvent,
} from '../event-stream.ts'
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
import { mutation, query, subscription } from './define.ts'

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
  events: subscription<RoomEventsInput, StreamedEvent>()({
    input: RoomEventsInputSchema,
    output: StreamedEventSchema,
    summary: 'Tells what happens in a room, as it happens',
    description:
      'With `lastEventId`, what was missed comes first; `caught-up` stands where the present begins. Each event comes ' +
      'once, in the order of ids; where some are kept no longer, an entry `events-pruned` says so. It ends with a code ' +
      'when the caller may see the room no longer.',
    errors: ['ROOM_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{sid}/events' },
    example: { sid: 'standup' },
  }),
  history: query<RoomHistoryInput, RoomHistory>()({
    input: RoomHistoryInputSchema,
    output: RoomHistorySchema,
    summary: 'Lists what happened in a room, oldest first',
    description:
      'In the order in which it happened: by `at`, then `sequenceNumber`, then `id`. Of a completed room by its SID, for ' +
      'as long as events are kept.',
    errors: ['ROOM_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{sid}/history' },
    example: { sid: 'standup', types: ['participant-connected', 'participant-disconnected'] },
  }),
  attendance: query<RoomLogInput, Attendance>()({
    input: RoomLogInputSchema,
    output: AttendanceSchema,
    summary: 'Says who was in a room, when, and for how long',
    description: 'For hosts. Over reconnects and several devices. `toAttendanceCsv` makes a spreadsheet of it.',
    errors: ['ROOM_NOT_FOUND', 'FORBIDDEN', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{sid}/attendance' },
    example: { sid: 'standup' },
  }),
  presence: query<RoomLogInput, Presence>()({
    input: RoomLogInputSchema,
    output: PresenceSchema,
    summary: 'Says who is in a room right now',
    description: 'Of what was reported: a room that is known by its SID costs no request to Twilio.',
    errors: ['ROOM_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{sid}/presence' },
    example: { sid: 'standup' },
  }),
}

/** The procedures of `rooms`. */
export interface RoomsContract extends Readonly<typeof rooms> {}
