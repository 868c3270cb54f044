import type { FastifyInstance } from 'fastify'
import { TwilioError } from '../errors.ts'
import {
  completeRoom,
  createRoom,
  hasMediaServer,
  MAX_PARTICIPANTS,
  setRecordingRules,
  type Room,
  type RoomSettings,
  type State,
} from '../state/index.ts'
import { formatRecordingRules, formatRoom } from './wire/format.ts'
import { field, parseFields } from './wire/input.ts'
import { formatPage } from './wire/page.ts'
import { baseUrl, formOf, queryOf, roomOf } from './wire/request.ts'
import { defineResource } from './wire/resource.ts'
import { RecordingRulesSchema } from './wire/rules.ts'
import { createdWithin, DATE_FIELDS } from './wire/date-filter.ts'
import { TRANSCRIPTION_CONFIGURATION } from './transcriptions.ts'

/** Rooms and their recording rules. Source: Twilio "Rooms resource", "Recording Rules API". */
export function roomRoutes(app: FastifyInstance, state: State, largeRooms: boolean): void {
  defineResource(app, '/Rooms', {
    POST: (request, reply) => {
      const room = createRoom(state, parseRoom(formOf(request), largeRooms))
      return reply.code(201).send(formatRoom(baseUrl(request), room))
    },
    GET: (request) => {
      const filters = parseFields(queryOf(request), LIST_FIELDS)
      return formatPage(request, {
        key: 'rooms',
        items: listRooms(state, filters.Status ?? 'in-progress', filters.UniqueName).filter(createdWithin(filters)),
        format: (room) => formatRoom(baseUrl(request), room),
      })
    },
  })

  defineResource(app, '/Rooms/:room', {
    GET: (request) => formatRoom(baseUrl(request), roomOf(request, state)),
    POST: (request, reply) => {
      const room = roomOf(request, state)
      const { Status } = parseFields(formOf(request), UPDATE_FIELDS)
      if (Status === undefined || room.status !== 'in-progress') throw new TwilioError(53112)
      completeRoom(state, room)
      return reply.code(202).send(formatRoom(baseUrl(request), room))
    },
  })

  defineResource(app, '/Rooms/:room/RecordingRules', {
    GET: (request) => formatRecordingRules(roomOf(request, state)),
    POST: (request) => {
      const room = roomOf(request, state)
      const { Rules } = parseFields(formOf(request), { Rules: field.json(53120, RecordingRulesSchema) })
      if (Rules === undefined) throw new TwilioError(53120)
      setRecordingRules(state, room, Rules)
      return formatRecordingRules(room)
    },
  })
}

/** Twilio does not publish how large its large rooms may be. */
const MAX_LARGE_ROOM = 500

const CREATE_FIELDS = {
  UniqueName: field.text(53100),
  Type: field.oneOf(['group', 'go', 'peer-to-peer', 'group-small'], 53108),
  MaxParticipants: field.integer(1, MAX_LARGE_ROOM, 53107),
  MaxParticipantDuration: field.integer(600, 86_400, 53123),
  EmptyRoomTimeout: field.integer(1, 60, 53109),
  UnusedRoomTimeout: field.integer(1, 60, 53109),
  MediaRegion: field.oneOf(['gll', 'au1', 'br1', 'de1', 'ie1', 'in1', 'jp1', 'sg1', 'us1', 'us2'], 53115),
  VideoCodecs: field.list(['VP8', 'H264']),
  AudioOnly: field.boolean(),
  LargeRoom: field.boolean(),
  RecordParticipantsOnConnect: field.boolean(),
  RecordingRules: field.json(53120, RecordingRulesSchema),
  TranscribeParticipantsOnConnect: field.boolean(),
  TranscriptionsConfiguration: TRANSCRIPTION_CONFIGURATION,
  StatusCallback: field.callbackUrl(53111),
  StatusCallbackMethod: field.oneOf(['GET', 'POST'], 53110),
}

const UPDATE_FIELDS = { Status: field.oneOf(['completed'], 53112) }

const LIST_FIELDS = {
  Status: field.oneOf(['in-progress', 'completed', 'failed']),
  UniqueName: field.text(),
  ...DATE_FIELDS,
}

function parseRoom(form: URLSearchParams, largeRooms: boolean): Parameters<typeof createRoom>[1] {
  const sent = parseFields(form, CREATE_FIELDS)
  const type = sent.Type ?? 'group'
  const limit = type === 'group' && (largeRooms || sent.LargeRoom) ? MAX_LARGE_ROOM : MAX_PARTICIPANTS[type]
  if (sent.MaxParticipants !== undefined && sent.MaxParticipants > limit) throw new TwilioError(53107)
  if (sent.AudioOnly && type !== 'group') throw new TwilioError(53124)
  const records = sent.RecordParticipantsOnConnect || sent.RecordingRules !== undefined
  if ((records || sent.TranscribeParticipantsOnConnect) && !hasMediaServer(type)) throw new TwilioError(53114)

  const settings: Partial<RoomSettings> = {
    type,
    maxParticipants: sent.MaxParticipants,
    maxParticipantDurationSeconds: sent.MaxParticipantDuration,
    emptyRoomTimeoutMinutes: sent.EmptyRoomTimeout,
    unusedRoomTimeoutMinutes: sent.UnusedRoomTimeout,
    mediaRegion: sent.MediaRegion,
    videoCodecs: sent.VideoCodecs,
    audioOnly: sent.AudioOnly,
    largeRoom: sent.LargeRoom || (sent.MaxParticipants ?? 0) > MAX_PARTICIPANTS.group || undefined,
    recordParticipantsOnConnect: sent.RecordParticipantsOnConnect,
    transcribeParticipantsOnConnect: sent.TranscribeParticipantsOnConnect,
    statusCallback: sent.StatusCallback,
    statusCallbackMethod: sent.StatusCallbackMethod,
  }
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  // Twilio's own test suite makes rooms with an empty name, and is given some.
  const name = sent.UniqueName === '' ? undefined : sent.UniqueName
  return {
    name,
    settings: Object.fromEntries(given),
    recordingRules: sent.RecordingRules,
    transcriptionConfiguration: sent.TranscriptionsConfiguration,
  }
}

/** Newest first. */
function listRooms(state: State, status: string, name: string | undefined): Room[] {
  if (status === 'in-progress') {
    if (name !== undefined) return [state.roomsByName.get(name)].filter((room) => room !== undefined)
    return [...state.roomsByName.values()].toReversed()
  }
  const rooms = [...state.rooms.values()].toReversed()
  return rooms.filter((room) => room.status === status && (name === undefined || room.name === name))
}
