import { z } from 'zod'
import { InstantSchema } from './page.ts'
import { CompositionSidSchema, ParticipantSidSchema, RecordingSidSchema, RoomSidSchema, TrackSidSchema } from './sid.ts'

/** The kinds of tracks. */
export const TRACK_KINDS = ['audio', 'video', 'data'] as const

/**
 * Where an event stands in the log: digits, which only grow, within a room and across all of them; also when an event
 * arrives late. As `lastEventId` it says where to go on; `0` is before all events.
 */
export const EventIdSchema = z.string().regex(/^\d{1,16}$/, 'must be the id of an event, or 0')

const seconds = z.int().min(0).nullable().describe('Whole seconds; `null` where nobody said.')
const roomName = z.string().nullable().describe('Twilio’s `UniqueName`; `null` where Twilio did not say it.')

/** What every event has. */
const common = {
  id: EventIdSchema.describe('Where the event stands in the log. Ids only grow: pass the last one as `lastEventId`.'),
  roomSid: RoomSidSchema,
  roomName,
  at: InstantSchema.describe('When it happened: Twilio’s `Timestamp`.'),
  sequenceNumber: z
    .int()
    .nullable()
    .describe('Twilio’s `SequenceNumber`, which orders what happened at the same instant; `null` where there is none.'),
  inferred: z
    .boolean()
    .describe('Whether Twilio’s report never came, and the event was found out by comparing with its REST API.'),
}

const participant = {
  participantSid: ParticipantSidSchema,
  identity: z.string().describe('Who it is: the app’s own user name.'),
}

const track = {
  ...participant,
  trackSid: TrackSidSchema,
  kind: z.enum(TRACK_KINDS),
  trackName: z.string().nullable(),
}

const recording = {
  recordingSid: RecordingSidSchema,
  participantSid: ParticipantSidSchema.nullable(),
  identity: z.string().nullable(),
  trackSid: TrackSidSchema.nullable().describe('The track that is recorded.'),
  trackName: z.string().nullable(),
  kind: z.enum(TRACK_KINDS).nullable(),
  container: z.string().nullable().describe('`mka` or `mkv`.'),
  codec: z.string().nullable(),
}

const composition = {
  compositionSid: CompositionSidSchema,
  hookSid: z.string().nullable().describe('The composition hook that asked for it, if one did.'),
}

const transcription = { transcriptionSid: z.string().nullable().describe('Twilio’s `ttid`.') }

const failure = {
  failedOperation: z.string().nullable().describe('What failed, in Twilio’s words.'),
  errorMessage: z.string().nullable(),
}

const media = { duration: seconds, size: z.int().min(0).nullable().describe('Bytes.') }

function event<TType extends string, TFields extends z.core.$ZodLooseShape>(type: TType, fields: TFields) {
  return z.object({ type: z.literal(type), ...common, ...fields })
}

/**
 * What happened in a room. `type` is Twilio's own name of the event; `unknown` is one that Roomkey has no type for,
 * with Twilio's name and parameters as they came.
 * Source: Twilio "Status Callbacks".
 */
export const RoomEventSchema = z.discriminatedUnion('type', [
  event('room-created', {}),
  event('room-ended', { duration: seconds }),
  event('participant-connected', participant),
  event('participant-disconnected', { ...participant, duration: seconds }),
  event('track-added', track),
  event('track-removed', track),
  event('track-enabled', track),
  event('track-disabled', track),
  event('recording-started', recording),
  event('recording-completed', { ...recording, ...media }),
  event('recording-failed', { ...recording, failedOperation: failure.failedOperation }),
  event('composition-enqueued', composition),
  event('composition-started', composition),
  event('composition-progress', {
    ...composition,
    percentageDone: z.number().nullable(),
    secondsRemaining: z.number().nullable(),
  }),
  event('composition-available', { ...composition, ...media }),
  event('composition-failed', { ...composition, ...failure }),
  event('composition-hook-failed', { hookSid: composition.hookSid, ...failure }),
  event('transcription-started', transcription),
  event('transcription-stopped', transcription),
  event('transcription-failed', transcription),
  event('unknown', {
    name: z.string().describe('Twilio’s `StatusCallbackEvent`.'),
    parameters: z.record(z.string(), z.string()).describe('All parameters as they came, but for the account’s SID.'),
  }),
])

/** What happened in a room; `type` tells which fields there are. */
export type RoomEvent = z.output<typeof RoomEventSchema>

/** The `type` of an event: Twilio's own name, or `unknown`. */
export type RoomEventType = RoomEvent['type']

/** One kind of event: `RoomEventOf<'participant-connected'>`. */
export type RoomEventOf<TType extends RoomEventType> = Extract<RoomEvent, { type: TType }>

/** Every `type` of an event. */
export const ROOM_EVENT_TYPES = RoomEventSchema.options.map(({ shape }) => shape.type.value) as [
  RoomEventType,
  ...RoomEventType[],
]
