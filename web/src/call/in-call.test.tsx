// @vitest-environment happy-dom
import { act } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { createFakeParticipant, FakeDataTrack } from '../../../client/test/fake-room.ts'
import { renderInRoom } from '../../test/call.tsx'
import { ADA, type Handlers } from '../../test/fake-server.ts'
import { InCall } from './in-call.tsx'

vi.mock('twilio-video', () => ({ connect: () => undefined, LocalDataTrack: FakeDataTrack }))

const renderCall = (others: string[] = ['Grace'], error: Error | null = null, onLeave = vi.fn()) =>
  renderInRoom((room) => <InCall room={room} isReconnecting={false} error={error} onLeave={onLeave} />, others)

const panel = (page: { root: HTMLElement }) => page.root.querySelector('aside')?.getAttribute('aria-label') ?? null

describe('people', () => {
  test('are counted, and announced as they come and go', async () => {
    await using call = await renderCall([])
    const { page, fake } = call
    expect(page.text()).toContain('Only you')
    expect(page.text()).toContain('You are the only one here.')
    const { participant } = createFakeParticipant('PA1', 'guest:Mary:x')
    await act(async () => {
      fake.participants.set('PA1', participant)
      fake.emit('participantConnected', participant)
    })
    expect(page.text()).toContain('2 people')
    expect(page.text()).toContain('Mary joined')
    expect(page.has('figure', /^Mary \(guest\)/)).toBe(true)
    await act(async () => {
      fake.participants.delete('PA1')
      fake.emit('participantDisconnected', participant)
    })
    expect(page.text()).toContain('Mary left')
    expect(page.has('figure', /^Mary/)).toBe(false)
  })
})

describe('names', () => {
  const list = (name: string) => () => ({
    participants: [{ identity: 'auth0|65f2', name }, { identity: 'guest:Mary:x' }] as never,
    nextCursor: null,
  })

  test('of those who signed in are what the sign-in calls them, wherever they are shown', async () => {
    const handlers: Handlers = { 'auth.whoami': () => ADA, 'participants.list': list('Grace Hopper') }
    await using call = await renderInRoom(
      (room) => <InCall room={room} isReconnecting={false} error={null} onLeave={vi.fn()} />,
      ['auth0|65f2', 'guest:Mary:x'],
      { handlers },
    )
    const { page } = call
    expect(page.has('figure', /^Grace Hopper/)).toBe(true)
    expect(page.has('figure', /^Mary \(guest\)/)).toBe(true)
    await page.press('p')
    expect(page.text()).toContain('Grace Hopper')
    expect(page.text()).not.toContain('65f2')
    // Nobody is asked for twice, whatever becomes of their connection.
    await act(async () => {
      Object.assign(call.people[0]?.fake ?? {}, { state: 'reconnecting' })
      call.fake.emit('participantReconnecting', call.people[0]?.participant)
    })
    await page.settle()
    expect(page.server.inputsOf('participants.list')).toHaveLength(1)
  })

  test('are not asked for where nobody signs in', async () => {
    await using call = await renderCall()
    expect(call.page.server.inputsOf('participants.list')).toEqual([])
  })
})

describe('the panels', () => {
  test('open and close by button and key, one at a time', async () => {
    await using call = await renderCall()
    const { page } = call
    await page.press('p')
    expect(panel(page)).toBe('People')
    await page.click('button', 'Chat')
    expect(panel(page)).toBe('Chat')
    await page.press('Escape')
    expect(panel(page)).toBeNull()
    await page.click('button', 'People, 2 in the room')
    expect(page.get('button', 'People, 2 in the room').getAttribute('aria-expanded')).toBe('true')
    await page.click('button', 'Close people')
    expect(panel(page)).toBeNull()
  })

  test('a message that comes while the chat is closed is announced, and waits to be read', async () => {
    await using call = await renderCall()
    const { page, fake, people } = call
    const receive = (text: string) =>
      act(async () => void fake.emit('trackMessage', text, { name: 'chat' }, people[0]?.participant))
    await receive('hello')
    await receive('x'.repeat(100))
    expect(page.text()).toContain('Grace: hello')
    expect(page.text()).toContain(`Grace: ${'x'.repeat(80)}…`)
    await page.click('button', 'Chat, 2 unread')
    expect(page.has('button', 'Chat')).toBe(true)
    expect(page.text()).not.toContain('Grace: hello')
    await receive('seen')
    await page.press('Escape')
    expect(page.has('button', 'Chat')).toBe(true)
  })
})

test('what was typed into the chat is there when it is opened again', async () => {
  await using call = await renderCall()
  await call.page.press('c')
  await call.page.type('Message to everyone', 'half a thought')
  await call.page.press('Escape')
  await call.page.press('c')
  expect(call.page.field('Message to everyone').value).toBe('half a thought')
})

describe('the bar of controls', () => {
  const focused = () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent

  test('is one stop of the Tab key, and arrows lead through it', async () => {
    await using call = await renderCall()
    const { page } = call
    const press = (key: string) => page.press(key, document.activeElement ?? document.body)
    const bar = page.get('toolbar', 'Call controls')
    const stops = () =>
      [...bar.querySelectorAll('button')].filter((button) => button.tabIndex === 0 && !button.closest('[popover]'))
    expect(stops()).toHaveLength(1)
    await act(async () => stops()[0]?.focus())
    expect(focused()).toBe('Unmute')
    await press('ArrowRight')
    expect(focused()).toBe('Start camera')
    expect(stops()).toEqual([document.activeElement])
    await press('End')
    expect(focused()).toBe('Leave')
    await press('ArrowRight')
    expect(focused()).toBe('Unmute')
    await press('ArrowLeft')
    expect(focused()).toBe('Leave')
    await press('Home')
    expect(focused()).toBe('Unmute')
  })
})

describe('a screen that could not be shared', () => {
  test.each([
    [new DOMException('no', 'NotReadableError'), 'Your screen could not be shared'],
    [new DOMException('Permission denied by system', 'NotAllowedError'), 'Your system does not let the browser share'],
  ])('is explained: %s', async (error, title) => {
    await using call = await renderCall()
    call.page.devices.getDisplayMedia.mockRejectedValue(error)
    await call.page.click('button', 'Share screen')
    expect(call.page.text()).toContain(title)
  })

  test('is not spoken of when the person closed the picker', async () => {
    await using call = await renderCall()
    call.page.devices.getDisplayMedia.mockRejectedValue(new DOMException('Permission denied', 'NotAllowedError'))
    await call.page.click('button', 'Share screen')
    expect(call.page.has('status', /screen/i)).toBe(false)
  })
})

describe('shortcuts', () => {
  test('mute and start the camera', async () => {
    await using call = await renderCall()
    await call.page.press('m')
    await call.page.press('v')
    expect(call.page.devices.opened.map(({ kind }) => kind).sort()).toEqual(['audio', 'video'])
    await call.page.press('m')
    expect(call.page.has('button', 'Unmute')).toBe(true)
  })

  test('share the screen, and stop', async () => {
    await using call = await renderCall()
    await call.page.press('s')
    expect(call.page.has('figure', /^Your screen/)).toBe(true)
    await call.page.click('button', 'Stop sharing')
    expect(call.page.has('figure', /^Your screen/)).toBe(false)
  })

  test('copy the link', async () => {
    await using call = await renderCall()
    await call.page.press('l')
    expect(call.page.devices.clipboard.writeText).toHaveBeenCalledExactlyOnceWith(`${location.origin}/room/Design`)
    expect(call.page.text()).toContain('Link copied')
  })

  test('show the link where the browser does not copy', async () => {
    await using call = await renderCall()
    call.page.devices.clipboard.writeText.mockRejectedValue(new DOMException('no', 'NotAllowedError'))
    await call.page.press('l')
    expect(call.page.field('Link to this room').value).toBe(`${location.origin}/room/Design`)
  })

  test('are letters where someone types, and off while a dialog is open', async () => {
    await using call = await renderCall()
    const { page } = call
    await page.press('c')
    await page.press('m', page.field('Message to everyone'))
    await page.press('?')
    expect(page.has('dialog', 'Keyboard shortcuts')).toBe(true)
    await page.press('v')
    expect(page.devices.getUserMedia).not.toHaveBeenCalled()
  })

  test('say so when there is no picture to take out', async () => {
    await using call = await renderCall()
    Object.assign(document, { pictureInPictureElement: null })
    await call.page.press('i')
    expect(call.page.text()).toContain('There is no picture to take out yet.')
  })
})

test('a track that did not get through is announced, and the call goes on', async () => {
  await using call = await renderCall([], new Error('53204'))
  expect(call.page.text()).toContain('Part of your picture or sound did not get through.')
})

test('leaving is one press', async () => {
  const onLeave = vi.fn()
  await using call = await renderCall([], null, onLeave)
  await call.page.click('button', 'Leave')
  expect(onLeave).toHaveBeenCalledTimes(1)
})

test('a recording is shown for as long as it lasts', async () => {
  await using call = await renderCall()
  const { page, fake } = call
  const change = (isRecording: boolean) =>
    act(async () => {
      fake.isRecording = isRecording
      fake.emit(isRecording ? 'recordingStarted' : 'recordingStopped')
    })
  expect(page.text()).not.toContain('Recording')
  await change(true)
  expect(page.text()).toContain('Recording')
  await change(false)
  expect(page.text()).not.toContain('Recording')
})

test('the own connection is shown once it is known', async () => {
  await using call = await renderCall()
  expect(call.page.has('image', /^Your connection/)).toBe(false)
  await act(async () => {
    call.fake.localParticipant.networkQualityLevel = 2
    call.fake.localParticipant.emit('networkQualityLevelChanged', 2)
  })
  expect(call.page.has('image', 'Your connection is weak')).toBe(true)
})
