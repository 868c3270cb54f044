import {
  CompositionSidSchema,
  ParticipantSidSchema,
  RecordingSidSchema,
  RoomEventSchema,
  RoomSidSchema,
  TRACK_KINDS,
  TrackSidSchema,
  type RoomEventOf,
  type RoomEventType,
} from '@roomkey/shared'
import { z } from 'zod'
import type { NewEvent } from '../store/new-event.ts'
import type { Form } from './form.ts'

// A report is the body of a status callback: what Twilio says happened in a room.

/** What every report must say: which event, and of which room. */
const EnvelopeSchema = z.object({ StatusCallbackEvent: z.string().min(1).max(100), RoomSid: RoomSidSchema })

type Type = Exclude<RoomEventType, 'unknown'>
/** A field that some types of events have and others do not. */
type Field = Exclude<{ [TType in Type]: keyof RoomEventOf<TType> }[Type], keyof RoomEventOf<'room-created'>>
/** Twilio's parameters that a field is read from, the first that is there and is what it should be. */
type Source<T = unknown> = { names: readonly string[]; schema: z.ZodType<T> }

const text = z.string()
const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
const number = z
  .string()
  .regex(/^\d{1,15}(?:\.\d{1,6})?$/)
  .transform(Number)

const from = <T>(schema: z.ZodType<T>, ...names: string[]): Source<T> => ({ names, schema })

/** Source: Twilio "Status Callbacks". */
const SOURCES: Readonly<Record<Field, Source>> = {
  participantSid: from(ParticipantSidSchema, 'ParticipantSid'),
  identity: from(text, 'ParticipantIdentity'),
  trackSid: from(TrackSidSchema, 'TrackSid', 'SourceSid'),
  trackName: from(text, 'TrackName'),
  kind: from(z.enum(TRACK_KINDS), 'TrackKind', 'Type'),
  recordingSid: from(RecordingSidSchema, 'RecordingSid'),
  container: from(text, 'Container'),
  codec: from(text, 'Codec'),
  duration: from(whole, 'RoomDuration', 'ParticipantDuration', 'Duration'),
  size: from(whole, 'Size'),
  failedOperation: from(text, 'FailedOperation'),
  errorMessage: from(text, 'ErrorMessage'),
  compositionSid: from(CompositionSidSchema, 'CompositionSid'),
  hookSid: from(text, 'HookSid'),
  percentageDone: from(number, 'PercentageDone'),
  secondsRemaining: from(number, 'SecondsRemaining'),
  transcriptionSid: from(text, 'TranscriptionTtid'),
}

const ROOM_NAME = from(text, 'RoomName')
/** As large as the log's column holds. */
const SEQUENCE_NUMBER = from(
  whole.refine((value) => value < 2 ** 31),
  'SequenceNumber',
)
const TIMESTAMP = from(
  z.iso.datetime({ offset: true }).transform((instant) => new Date(instant).toISOString()),
  'Timestamp',
)

/** The shape of each type, without the id that only the log gives, and the fields that it has of its own. */
const TYPES: ReadonlyMap<string, { schema: z.ZodType<NewEvent>; fields: readonly Field[] }> = new Map(
  RoomEventSchema.options
    .filter(({ shape }) => shape.type.value !== 'unknown')
    .map(({ shape }) => {
      const withoutId = Object.entries<z.ZodType>(shape).filter(([name]) => name !== 'id')
      const schema = z.object(Object.fromEntries(withoutId)) as unknown as z.ZodType<NewEvent>
      const fields = Object.keys(SOURCES).filter((field) => field in shape) as Field[]
      return [shape.type.value, { schema, fields }]
    }),
)

/**
 * What a report says happened; `undefined` when it says neither what nor where. A report that has not all that its type
 * promises, or is of a type that nobody knows yet, is kept as `unknown`, as it came.
 */
export function parseReport(form: Form, now: number): NewEvent | undefined {
  const parameters = withoutNul(form)
  const { data: envelope } = EnvelopeSchema.safeParse(parameters)
  if (envelope === undefined) return undefined
  const { StatusCallbackEvent: name, RoomSid: roomSid } = envelope
  const common = {
    roomSid,
    roomName: read(parameters, ROOM_NAME),
    sequenceNumber: read(parameters, SEQUENCE_NUMBER),
    at: read(parameters, TIMESTAMP) ?? new Date(now).toISOString(),
    inferred: false,
  }
  return parseKnown(name, common, parameters) ?? { ...common, type: 'unknown', name, parameters: keep(parameters) }
}

function parseKnown(name: string, common: object, parameters: CallbackParameters): NewEvent | undefined {
  const type = TYPES.get(name)
  if (type === undefined) return undefined
  const event: Record<string, unknown> = { ...common, type: name }
  for (const field of type.fields) event[field] = read(parameters, SOURCES[field])
  return type.schema.safeParse(event).data
}

/** `null` for a field that is missing or malformed: that is no reason to lose the event. */
function read<T>(parameters: CallbackParameters, { names, schema }: Source<T>): T | null {
  for (const name of names) {
    const value = parameters[name]
    if (value === undefined) continue
    const { data } = schema.safeParse(value)
    if (data !== undefined) return data
  }
  return null
}

type CallbackParameters = Readonly<Record<string, string>>

function keep(parameters: CallbackParameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([parameter]) => parameter !== 'AccountSid'))
}

/** PostgreSQL's text holds any character but one. */
function withoutNul(form: Form): CallbackParameters {
  const parameters = Object.create(null) as Record<string, string>
  for (const name in form) {
    const value = form[name] ?? ''
    const text = typeof value === 'string' ? value : value.join()
    parameters[name] = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
  }
  return parameters
}
