import { END_REASONS, RoomkeyError } from '@roomkey/client'
import { expect, test } from 'vitest'
import { canRejoin, endMessage } from './end-messages.ts'

test('each way a call can end has a message of its own', () => {
  const titles = END_REASONS.map((reason) => endMessage(reason, null).title)
  expect(new Set(titles).size).toBe(END_REASONS.length)
  for (const reason of END_REASONS) expect(endMessage(reason, null).text, reason).toMatch(/^[A-Z].*\.$/)
})

test('a refusal is explained by its error, which knows more', () => {
  const banned = new RoomkeyError('BANNED', 'no')
  expect(endMessage('refused', banned).title).toBe('You have been kept out of this room')
  expect(endMessage('refused', null).title).toBe('You could not be let in')
  expect(endMessage('removed', banned).title, 'what happened during the call is known').toBe(
    'You were removed from the room',
  )
})

test('joining again is offered where it can help', () => {
  expect(END_REASONS.filter((reason) => !canRejoin(reason))).toEqual(['completed', 'not-found', 'refused'])
})
