import {
  CompositionSidSchema,
  ParticipantSidSchema,
  RecordingSidSchema,
  RoomEventSchema,
  RoomSidSchema,
  TRACK_KINDS,
  TrackSidSchema,
} from '@roomkey/shared'
import { z } from 'zod'
import type { NewEvent } from '../store/new-event.ts'
import type { Form } from './form.ts'

// A report is the body of a status callback: what Twilio says happened in a room.

/** What every report must say: which event, and of which room. */
const EnvelopeSchema = z.object({ StatusCallbackEvent: z.string().min(1).max(100), RoomSid: RoomSidSchema })

const whole = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
const number = z
  .string()
  .regex(/^\d{1,15}(?:\.\d{1,6})?$/)
  .transform(Number)

// What Twilio leaves out, or says in another way than it promised, is no reason to lose the event.
const optional = <TSchema extends z.ZodType>(schema: TSchema) => schema.nullable().catch(null).default(null)
const text = optional(z.string())

const CommonSchema = z.object({
  RoomName: text,
  SequenceNumber: optional(whole),
  Timestamp: optional(z.iso.datetime({ offset: true }).transform((instant) => new Date(instant).toISOString())),
})

/** Twilio's parameters under our names. Source: Twilio "Status Callbacks". */
const ParametersSchema = z
  .object({
    RoomDuration: optional(whole),
    ParticipantSid: optional(ParticipantSidSchema),
    ParticipantIdentity: text,
    ParticipantDuration: optional(whole),
    TrackSid: optional(TrackSidSchema),
    TrackKind: optional(z.enum(TRACK_KINDS)),
    TrackName: text,
    RecordingSid: optional(RecordingSidSchema),
    SourceSid: optional(TrackSidSchema),
    Container: text,
    Codec: text,
    Type: optional(z.enum(TRACK_KINDS)),
    Duration: optional(whole),
    Size: optional(whole),
    FailedOperation: text,
    ErrorMessage: text,
    CompositionSid: optional(CompositionSidSchema),
    HookSid: text,
    PercentageDone: optional(number),
    SecondsRemaining: optional(number),
    TranscriptionTtid: text,
  })
  .transform((report) => ({
    participantSid: report.ParticipantSid,
    identity: report.ParticipantIdentity,
    trackSid: report.TrackSid ?? report.SourceSid,
    trackName: report.TrackName,
    kind: report.TrackKind ?? report.Type,
    recordingSid: report.RecordingSid,
    container: report.Container,
    codec: report.Codec,
    duration: report.RoomDuration ?? report.ParticipantDuration ?? report.Duration,
    size: report.Size,
    failedOperation: report.FailedOperation,
    errorMessage: report.ErrorMessage,
    compositionSid: report.CompositionSid,
    hookSid: report.HookSid,
    percentageDone: report.PercentageDone,
    secondsRemaining: report.SecondsRemaining,
    transcriptionSid: report.TranscriptionTtid,
  }))

/** The shape of each type, without the id that only the log gives. */
const SCHEMAS: ReadonlyMap<string, z.ZodType<NewEvent>> = new Map(
  RoomEventSchema.options
    .filter(({ shape }) => shape.type.value !== 'unknown')
    .map(({ shape }) => {
      const fields = Object.entries<z.ZodType>(shape).filter(([name]) => name !== 'id')
      return [shape.type.value, z.object(Object.fromEntries(fields)) as unknown as z.ZodType<NewEvent>]
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
  const { RoomName: roomName, SequenceNumber: sequenceNumber, Timestamp: timestamp } = CommonSchema.parse(parameters)
  const at = timestamp ?? new Date(now).toISOString()
  const common = { roomSid, roomName, sequenceNumber, at, inferred: false }
  const known = { ...common, ...ParametersSchema.parse(parameters), type: name }
  return SCHEMAS.get(name)?.safeParse(known).data ?? { ...common, type: 'unknown', name, parameters: keep(parameters) }
}

function keep(parameters: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([parameter]) => parameter !== 'AccountSid'))
}

/** PostgreSQL's text holds any character but one. */
function withoutNul(form: Form): Record<string, string> {
  const parameters = Object.create(null) as Record<string, string>
  for (const [name, value] of Object.entries(form)) {
    const text = typeof value === 'string' ? value : value.join()
    parameters[name] = text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
  }
  return parameters
}
