import { expect, test } from 'vitest'
import { twilioError } from '../test/fake-room.ts'
import { END_REASONS, toEndReason } from './end-reason.ts'
import { RoomkeyError } from './errors.ts'

test.each([
  [53118, 'completed'],
  [53205, 'replaced'],
  [53216, 'duration-exceeded'],
  [53105, 'full'],
  [53106, 'not-found'],
  [53001, 'lost'],
  [53204, 'lost'],
  [53405, 'lost'],
  [20103, 'refused'],
  [53000, 'lost'],
  [99999, 'failed'],
])('Twilio error %s means %s, also when it comes from joining', (code, reason) => {
  expect(toEndReason(twilioError(code))).toBe(reason)
  expect(toEndReason(new RoomkeyError('JOIN_FAILED', 'no', { twilioCode: code }))).toBe(reason)
})

test('an access token that has expired is a refusal while joining, and an end of its own inside', () => {
  expect(toEndReason(new RoomkeyError('JOIN_FAILED', 'no', { twilioCode: 20104 }))).toBe('refused')
  expect(toEndReason(twilioError(20104))).toBe('token-expired')
})

test.each([
  ['UNSUPPORTED', 'unsupported'],
  ['ROOM_COMPLETED', 'completed'],
  ['ROOM_NOT_FOUND', 'not-found'],
  ['FORBIDDEN', 'refused'],
  ['INVITE_USED_UP', 'refused'],
  ['MEDIA_FAILED', 'no-media'],
  ['NETWORK_ERROR', 'lost'],
  ['TIMEOUT', 'lost'],
  ['ABORTED', 'left'],
  ['INTERNAL_ERROR', 'failed'],
] as const)('the code %s means %s', (code, reason) => {
  expect(toEndReason(new RoomkeyError(code, 'no'))).toBe(reason)
})

test('no error means that someone took the participant out', () => {
  expect(toEndReason(undefined)).toBe('removed')
  expect(toEndReason(null)).toBe('removed')
})

test('whatever else it is, the reason is one of the list', () => {
  for (const odd of [new Error('x'), 'text', 0, {}, { code: '53105' }]) expect(END_REASONS).toContain(toEndReason(odd))
})
