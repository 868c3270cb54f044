import { CLIENT_ERROR_CODES, RoomkeyError, type RoomkeyErrorCode } from '@roomkey/client'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../../../shared/src/error-code.ts'
import { errorMessage } from './error-messages.ts'

const say = (code: RoomkeyErrorCode, details = {}) => errorMessage(new RoomkeyError(code, 'for developers', details))

test.each([...ERROR_CODES, ...CLIENT_ERROR_CODES])('%s is explained to people, not to developers', (code) => {
  const { title, text } = say(code)
  expect(title).toMatch(/^[A-Z].*[^.]$/)
  expect(text).toMatch(/^[A-Z].*\.$/)
  expect(`${title} ${text}`).not.toMatch(/for developers|undefined|null|[A-Z]{2,}_|\bHTTP\b/)
})

describe('what the server knows beyond the code is told', () => {
  test('which rule an input breaks', () => {
    expect(say('INVALID_INPUT', { fields: [{ path: 'roomName', message: 'is too long' }] }).text).toBe('Is too long.')
    expect(say('INVALID_INPUT', { fields: [{ path: '', message: 'What?' }] }).text).toBe('What?')
  })

  test('that what is wrong is the invitation', () => {
    const fields = [{ path: 'invite', message: 'must be an invitation: inv_ and 43 characters' }]
    expect(say('INVALID_INPUT', { fields })).toEqual(say('INVITE_NOT_FOUND'))
  })

  test.each([
    [1, 'a second'],
    [45, '45 seconds'],
    [90, '2 minutes'],
    [600, '10 minutes'],
    [undefined, '60 seconds'],
  ])('how long to wait: %s s', (retryAfterSeconds, words) => {
    expect(say('RATE_LIMITED', { retryAfterSeconds }).text).toBe(`Wait ${words} and try again.`)
  })

  test('what to quote of an unexpected failure', () => {
    expect(say('INTERNAL_ERROR', { requestId: 'req-7' }).text).toContain('quote req-7')
    expect(say('INTERNAL_ERROR').text).toBe('Try again in a moment.')
  })
})

test('anything that is no error of ours is one that nobody foresaw', () => {
  for (const error of [new Error('x'), 'x', null, { code: 'NEW_CODE' }]) {
    expect(errorMessage(error).title).toBe('This page and the server don’t understand each other')
  }
})
