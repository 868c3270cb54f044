// @vitest-environment happy-dom
import { END_REASONS, RoomkeyError, type EndReason } from '@roomkey/client'
import { act } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { createFakeRoom, FakeDataTrack, twilioError } from '../../../client/test/fake-room.ts'
import { render } from '../../test/render.tsx'
import { canRejoin, endMessage } from '../messages/end-messages.ts'
import { CallEnded } from './call-ended.tsx'
import { CallPage } from './call-page.tsx'

vi.mock('twilio-video', () => ({ connect: () => undefined, LocalDataTrack: FakeDataTrack }))

async function renderCall(join?: () => Promise<never>) {
  const rooms: ReturnType<typeof createFakeRoom>[] = []
  const enter = vi.fn(async () => {
    const made = createFakeRoom('Ada')
    rooms.push(made)
    return made.room
  })
  const onBackToPrejoin = vi.fn()
  const page = await render(
    <CallPage roomSid="Design" userId="Ada" invite={undefined} audioOnly={false} onBackToPrejoin={onBackToPrejoin} />,
    { join: join ?? enter, path: '/room/Design' },
  )
  return { page, rooms, enter, onBackToPrejoin, [Symbol.asyncDispose]: page[Symbol.asyncDispose] }
}

test('joining shows the room, and can be called off', async () => {
  await using call = await renderCall(() => new Promise(() => undefined))
  expect(call.page.text()).toContain('Letting you in …')
  expect(call.page.has('heading', 'Design')).toBe(true)
  await call.page.click('button', 'Cancel')
  expect(location.pathname).toBe('/')
})

test('a call goes from joining over a broken connection to its end, and can be joined again', async () => {
  await using call = await renderCall()
  const { page, rooms } = call
  expect(page.has('toolbar', 'Call controls')).toBe(true)
  await act(async () => rooms[0]?.fake.emit('reconnecting', twilioError(53001)))
  expect(page.has('alert', /Your connection broke/)).toBe(true)
  await act(async () => rooms[0]?.fake.emit('reconnected'))
  expect(page.has('alert', /Your connection broke/)).toBe(false)
  await act(async () => rooms[0]?.end(twilioError(53118)))
  expect(page.has('heading', 'The room has ended')).toBe(true)
  expect(call.enter).toHaveBeenCalledTimes(1)
})

test('who leaves can come back, with camera and microphone as wanted', async () => {
  await using call = await renderCall()
  await call.page.click('button', 'Start camera')
  await call.page.click('button', 'Leave')
  expect(call.page.has('heading', 'You left the room')).toBe(true)
  expect(call.page.devices.opened.map(({ readyState }) => readyState)).toEqual(['ended'])
  await call.page.click('button', 'Join again')
  expect(call.page.has('toolbar', 'Call controls')).toBe(true)
  expect(call.page.devices.opened.filter(({ readyState }) => readyState === 'live')).toHaveLength(2)
  expect(call.enter).toHaveBeenCalledTimes(2)
})

test('whose place was taken chooses another name before coming back', async () => {
  await using call = await renderCall()
  await act(async () => call.rooms[0]?.end(twilioError(53205)))
  await call.page.click('button', 'Come back')
  expect(call.onBackToPrejoin).toHaveBeenCalledTimes(1)
})

test('who is not let in reads why', async () => {
  await using call = await renderCall(() => Promise.reject(new RoomkeyError('BANNED', 'no')))
  expect(call.page.has('heading', 'You have been kept out of this room')).toBe(true)
  expect(call.page.has('button', /again/)).toBe(false)
  await call.page.click('button', 'Go to the lobby')
  expect(location.pathname).toBe('/')
})

describe('each way a call can end', () => {
  test.each(END_REASONS)('%s has its message, and joining again where that can help', async (reason: EndReason) => {
    const onRejoin = vi.fn()
    const onBackToPrejoin = vi.fn()
    await using page = await render(
      <CallEnded reason={reason} error={null} onRejoin={onRejoin} onBackToPrejoin={onBackToPrejoin} />,
    )
    expect(page.has('heading', endMessage(reason, null).title)).toBe(true)
    const again = page.root.querySelectorAll<HTMLButtonElement>('main button')
    expect(again).toHaveLength(canRejoin(reason) ? 2 : 1)
    if (canRejoin(reason)) await act(async () => again[0]?.click())
    expect(onRejoin.mock.calls.length + onBackToPrejoin.mock.calls.length).toBe(canRejoin(reason) ? 1 : 0)
  })
})
