// @vitest-environment happy-dom
import type { RoomkeyClient } from '@roomkey/client'
import { act } from 'react'
import { expect, test, vi } from 'vitest'
import { ADA, createRoom } from '../test/fake-server.ts'
import { render } from '../test/render.tsx'
import { App } from './app.tsx'
import { navigate } from './route.ts'

const handlers = { 'rooms.get': () => createRoom('Design') }

test.each([
  ['/', 'A room, a link, a call.'],
  ['/room/Design', 'Design'],
  ['/#invite=inv_1', 'You are invited'],
  ['/room/a/b', 'There is nothing here'],
])('%s is the page "%s"', async (path, heading) => {
  await using page = await render(<App />, { path, handlers })
  expect(page.has('heading', heading)).toBe(true)
})

test('going somewhere and back changes the page', async () => {
  await using page = await render(<App />, { handlers })
  await act(async () => navigate({ page: 'room', room: 'Design', invite: null }))
  await page.settle()
  expect(page.has('heading', 'Design')).toBe(true)
  await page.click('button', 'All rooms')
  expect(page.has('heading', 'A room, a link, a call.')).toBe(true)
})

test('an address that leads nowhere has a way out', async () => {
  await using page = await render(<App />, { path: '/nowhere' })
  await page.click('button', 'Go to the lobby')
  expect([location.pathname, page.has('heading', 'A room, a link, a call.')]).toEqual(['/', true])
})

test('another room is another page: nothing of the one before is left in it', async () => {
  await using page = await render(<App />, {
    path: '/room/One',
    handlers: { 'rooms.get': ({ sid }) => createRoom(sid) },
  })
  await act(async () => navigate({ page: 'room', room: 'Two', invite: null }))
  await page.settle()
  expect(page.server.inputsOf('rooms.get')).toEqual([{ sid: 'One' }, { sid: 'Two' }])
  expect(page.has('heading', 'Two')).toBe(true)
})

test('a camera that was on in the lobby is neither sent nor left on in a room for voices', async () => {
  const room = createRoom('Design', { audioOnly: true })
  const join = vi.fn<RoomkeyClient['join']>(() => new Promise<never>(() => undefined))
  await using page = await render(<App />, {
    handlers: { 'rooms.get': () => room, 'rooms.list': () => ({ rooms: [room], nextCursor: null }) },
    kept: { 'roomkey.name': 'Ada' },
    join,
  })
  await page.click('button', 'Turn on camera and microphone')
  // The call is a part of the page that is loaded when somebody joins.
  await act(async () => void (await import('./call/call-page.tsx')))
  await page.click('button', 'Join Design')
  expect(join.mock.calls[0]?.[0].tracks?.map(({ kind }) => kind)).toEqual(['audio'])
  expect(page.devices.opened.map(({ kind, readyState }) => `${kind} ${readyState}`).sort()).toEqual([
    'audio live',
    'video ended',
  ])
})

test('a call that is entered from the lobby starts at once, and a reload asks first', async () => {
  const join = vi.fn(() => new Promise<never>(() => undefined))
  await using page = await render(<App />, { handlers: { ...handlers, 'auth.whoami': () => ADA }, join })
  await act(async () => navigate({ page: 'room', room: 'Design', invite: null }, { joinNow: true }))
  // The call is a part of the page that is loaded when somebody joins.
  await act(async () => void (await import('./call/call-page.tsx')))
  await page.settle()
  expect(page.text()).toContain('Letting you in …')
  expect(join).toHaveBeenCalledWith(expect.objectContaining({ roomSid: 'Design', userId: undefined }))
  expect(history.state).toBeNull()
})
