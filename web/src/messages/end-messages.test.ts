import { END_REASONS, RoomkeyError } from '@roomkey/client'
import { expect, test, vi } from 'vitest'
import { canRejoin, endMessage } from './end-messages.ts'

test('each way a call can end has a message of its own', () => {
  const titles = END_REASONS.map((reason) => endMessage(reason, null, true).title)
  expect(new Set(titles).size).toBe(END_REASONS.length)
  for (const reason of END_REASONS) expect(endMessage(reason, null, true).text, reason).toMatch(/^[A-Z].*\.$/)
})

test('a refusal is explained by its error, which knows more', () => {
  const banned = new RoomkeyError('BANNED', 'no')
  expect(endMessage('refused', banned, false).title).toBe('You have been kept out of this room')
  expect(endMessage('refused', null, false).title).toBe('You could not be let in')
  expect(endMessage('removed', banned, true).title, 'what happened during the call is known').toBe(
    'You were removed from the room',
  )
})

test('joining again is offered where it can help', () => {
  expect(END_REASONS.filter((reason) => !canRejoin(reason))).toEqual([
    'completed',
    'not-found',
    'refused',
    'unsupported',
  ])
})

test('an error of the SDK has nothing to say to people, so the reason speaks', () => {
  const error = Object.assign(new Error('53999'), { code: 53_999 })
  expect(endMessage('failed', error, true).title).toBe('The call failed')
})

test('a camera that a page without HTTPS does not have is no matter of plugs', () => {
  vi.stubGlobal('navigator', {})
  const message = endMessage('no-media', new RoomkeyError('MEDIA_FAILED', 'no'), false)
  expect(message.text).toContain('https://')
  expect(message.text).not.toContain('plugged in')
  vi.unstubAllGlobals()
})
