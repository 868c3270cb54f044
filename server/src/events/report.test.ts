import { RoomEventSchema } from '@roomkey/shared'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toEventKey } from '../store/event-key.ts'
import { parseForm } from './form.ts'
import { parseReport } from './report.ts'

const ROOM = `RM${'a'.repeat(32)}`
const PARTICIPANT = `PA${'b'.repeat(32)}`
const NOW = Date.parse('2026-01-01T00:00:00Z')

const base = { RoomSid: ROOM, RoomName: 'standup', Timestamp: '2025-10-27T18:16:01.876Z', SequenceNumber: '3' }

test('a report captured from Twilio becomes a typed event', () => {
  const event = parseReport(
    {
      ...base,
      RoomStatus: 'in-progress',
      RoomType: 'group',
      ParticipantStatus: 'connected',
      ParticipantIdentity: 'Beyoncé',
      StatusCallbackEvent: 'participant-connected',
      ParticipantSid: PARTICIPANT.toUpperCase(),
      AccountSid: 'AC',
    },
    NOW,
  )
  expect(event).toEqual({
    type: 'participant-connected',
    roomSid: ROOM,
    roomName: 'standup',
    at: '2025-10-27T18:16:01.876Z',
    sequenceNumber: 3,
    inferred: false,
    participantSid: PARTICIPANT,
    identity: 'Beyoncé',
  })
})

test('a recording is told of without what Twilio leaves out', () => {
  const recording = {
    RoomSid: ROOM,
    StatusCallbackEvent: 'recording-completed',
    Timestamp: '2020-08-20T01:42:05.839174Z',
    RecordingSid: `RT${'c'.repeat(32)}`,
    Container: 'mkv',
    Codec: 'vp8',
    Duration: '12',
    Size: 'large',
  }
  expect(parseReport(recording, NOW)).toMatchObject({
    type: 'recording-completed',
    at: '2020-08-20T01:42:05.839Z',
    sequenceNumber: null,
    duration: 12,
    size: null,
    identity: null,
    container: 'mkv',
  })
})

test('a report that lacks what its type promises is kept as it came', () => {
  const parameters = { ...base, StatusCallbackEvent: 'participant-connected', ParticipantIdentity: 'ann' }
  expect(parseReport(parameters, NOW)).toMatchObject({ type: 'unknown', name: 'participant-connected', parameters })
})

const names = RoomEventSchema.options.map(({ shape }) => shape.type.value)
const value = fc.oneof(
  fc.string(),
  fc.constantFrom(ROOM, PARTICIPANT, '', '0', '12', '1e9', '2026-01-01T00:00:00Z', '\0', 'audio', '-1'),
)
const parameter = fc.oneof(
  fc.string(),
  fc.constantFrom('ParticipantSid', 'ParticipantIdentity', 'TrackSid', 'TrackKind', 'Timestamp', 'SequenceNumber'),
)

test('whatever a report of a room says becomes an event of the schema, which JSON and the log can hold', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...names, 'room-painted'),
      fc.array(fc.tuple(parameter, value), { maxLength: 8 }),
      (name, fields) => {
        const form = { ...Object.fromEntries(fields), RoomSid: ROOM, StatusCallbackEvent: name }
        const event = parseReport(form, NOW)
        if (event === undefined) throw new Error('it says of which room and what')
        const whole = RoomEventSchema.parse({ id: '1', ...event })
        expect(RoomEventSchema.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole)
        expect(toEventKey(event)).toBe(toEventKey(parseReport({ ...form }, NOW) ?? event))
        expect(JSON.stringify(event)).not.toContain('\\u0000')
      },
    ),
    { numRuns: 500 },
  )
})

test('whatever a report says, and of whatever form, it is read or refused, and nothing else', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const event = parseReport(parseForm(text), NOW)
      expect(event === undefined || RoomEventSchema.safeParse({ id: '1', ...event }).success).toBe(true)
    }),
    { numRuns: 500 },
  )
})
