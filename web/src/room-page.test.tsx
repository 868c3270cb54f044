// @vitest-environment happy-dom
import { RoomkeyError } from '@roomkey/client'
import { act } from 'react'
import { expect, test, vi } from 'vitest'
import { createFakeRoom, FakeDataTrack, twilioError } from '../../client/test/fake-room.ts'
import { ADA, createRoom } from '../test/fake-server.ts'
import { render, type RenderOptions } from '../test/render.tsx'
import { RoomPage } from './room-page.tsx'

vi.mock('twilio-video', () => ({ connect: () => undefined, LocalDataTrack: FakeDataTrack }))

async function renderRoom(props: Parameters<typeof RoomPage>[0], options: RenderOptions = {}) {
  // A part of the page that is loaded when somebody joins: here, before.
  await import('./call/call-page.tsx')
  const made = createFakeRoom('Ada')
  const join = vi.fn(options.join ?? (async () => made.room))
  const page = await render(<RoomPage {...props} />, {
    kept: { 'roomkey.name': ' Ada ' },
    ...options,
    join,
    handlers: { 'rooms.get': () => createRoom('Design'), ...options.handlers },
  })
  return { page, join, end: made.end, [Symbol.asyncDispose]: page[Symbol.asyncDispose] }
}

test('one joins under the name one typed, with camera and microphone', async () => {
  await using room = await renderRoom({ room: 'Design', invite: null })
  await room.page.click('button', 'Join now')
  expect(room.join).toHaveBeenCalledTimes(1)
  expect(room.join).toHaveBeenCalledWith(
    expect.objectContaining({ roomSid: 'Design', userId: 'Ada', invite: undefined }),
  )
  expect(room.page.devices.opened).toHaveLength(2)
  expect(room.page.has('toolbar', 'Call controls')).toBe(true)
})

test('a signed-in user joins as who they are', async () => {
  await using room = await renderRoom({ room: 'Design', invite: null }, { handlers: { 'auth.whoami': () => ADA } })
  await room.page.click('button', 'Join now')
  expect(room.join).toHaveBeenCalledWith(expect.objectContaining({ userId: undefined }))
})

test('an invitation says which room', async () => {
  await using room = await renderRoom({ room: null, invite: 'inv_1' })
  await room.page.click('button', 'Join now')
  expect(room.join).toHaveBeenCalledWith(expect.objectContaining({ roomSid: undefined, invite: 'inv_1' }))
})

test('whose place was taken gets back to choosing a name', async () => {
  await using room = await renderRoom({ room: 'Design', invite: null })
  await room.page.click('button', 'Join now')
  await act(async () => room.end(twilioError(53205)))
  await room.page.click('button', 'Come back')
  expect(room.page.has('button', 'Join now')).toBe(true)
})

test('who is refused reads why', async () => {
  await using room = await renderRoom(
    { room: 'Design', invite: 'inv_1' },
    { join: () => Promise.reject(new RoomkeyError('INVITE_EXPIRED', 'no')) },
  )
  await room.page.click('button', 'Join now')
  expect(room.page.has('heading', 'This invitation has expired')).toBe(true)
})
