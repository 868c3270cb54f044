import type { RoomEvent } from '@roomkey/client'
import { expect, test } from 'vitest'
import { timelineMessage } from './timeline-messages.ts'

const event = (type: string, fields: object = {}) => ({ type, ...fields }) as unknown as RoomEvent

test.each([
  [event('room-created'), 'The room opened'],
  [event('room-ended', { duration: 5 }), 'The room ended'],
  [event('participant-connected', { identity: 'guest:Ada:x' }), 'Ada joined'],
  [event('participant-disconnected', { identity: 'Ada', duration: null }), 'Ada left'],
  [event('participant-disconnected', { identity: 'Ada', duration: 59 }), 'Ada left after less than a minute'],
  [event('participant-disconnected', { identity: 'Ada', duration: 119 }), 'Ada left after 1 minute'],
  [event('participant-disconnected', { identity: 'Ada', duration: 3_600 }), 'Ada left after 1 hour'],
  [event('participant-disconnected', { identity: 'Ada', duration: 7_500 }), 'Ada left after 2 hours 5 minutes'],
  [event('track-added'), null],
])('%o is "%s" on the timeline', (happened, message) => expect(timelineMessage(happened)).toBe(message))
