// @vitest-environment happy-dom
import { CLIENT_ERROR_CODES, END_REASONS, RoomkeyError, toEndReason, type EndReason } from '@roomkey/client'
import { act } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { TWILIO_REASONS } from '../../../client/src/end-reason.ts'
import { createFakeRoom, FakeDataTrack, twilioError } from '../../../client/test/fake-room.ts'
import { ERROR_CODES } from '../../../shared/src/error-code.ts'
import { createMove, createRoom } from '../../test/fake-server.ts'
import { render } from '../../test/render.tsx'
import { canRejoin, endMessage } from '../messages/end-messages.ts'
import { CallEnded } from './call-ended.tsx'
import { CallPage } from './call-page.tsx'

vi.mock('twilio-video', () => ({ connect: () => undefined, LocalDataTrack: FakeDataTrack }))

async function renderCall(join?: () => Promise<never>) {
  const rooms: ReturnType<typeof createFakeRoom>[] = []
  const enter = vi.fn(async () => {
    const made = createFakeRoom('Ada')
    Object.assign(made.fake, { name: 'Design' })
    rooms.push(made)
    return made.room
  })
  const onBackToPrejoin = vi.fn()
  const page = await render(
    <CallPage roomSid="Design" userId="Ada" invite={undefined} audioOnly={false} onBackToPrejoin={onBackToPrejoin} />,
    { join: join ?? enter, path: '/room/Design', handlers: { 'rooms.get': () => createRoom('Design') } },
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

const ROOM = `RM${'1'.repeat(32)}`

test('after a call one sees what happened in the room, and what still does', async () => {
  const never = () => undefined
  await using page = await render(
    <CallEnded reason="left" error={null} roomSid={ROOM} invite={null} onRejoin={never} onBackToPrejoin={never} />,
  )
  expect(page.has('heading', 'What happened')).toBe(false)
  const shows = (lines: string[], ...move: Parameters<typeof createMove>) =>
    expect
      .poll(async () => {
        await act(async () => page.server.say(createMove(...move)))
        await page.settle()
        return [...page.root.querySelectorAll('.timeline li span')].map(({ textContent }) => textContent)
      })
      .toEqual(lines)
  await shows(['Grace joined'], 1, ROOM, 'participant-connected', 'Grace')
  await shows(['Grace joined', 'Ada joined'], 2, ROOM, 'participant-connected', 'guest:Ada:1')
  expect(page.has('heading', 'What happened')).toBe(true)
  expect(page.root.textContent).not.toContain('no longer kept')
})

test('after a call one reads when what happened before is no longer kept', async () => {
  const never = () => undefined
  await using page = await render(
    <CallEnded reason="left" error={null} roomSid={ROOM} invite={null} onRejoin={never} onBackToPrejoin={never} />,
  )
  await expect
    .poll(async () => {
      await act(async () => page.server.say({ type: 'events-pruned', id: '5', roomSid: ROOM }))
      await page.settle()
      return page.root.querySelector('.timeline')?.textContent
    })
    .toBe('What happenedWhat was before is no longer kept.')
})

describe('each way a call can end', () => {
  test.each(END_REASONS)('%s has its message, and joining again where that can help', async (reason: EndReason) => {
    const onRejoin = vi.fn()
    const onBackToPrejoin = vi.fn()
    await using page = await render(
      <CallEnded
        reason={reason}
        error={null}
        roomSid={ROOM}
        invite={null}
        onRejoin={onRejoin}
        onBackToPrejoin={onBackToPrejoin}
      />,
    )
    expect(page.has('heading', endMessage(reason, null, true).title)).toBe(true)
    const again = page.root.querySelectorAll<HTMLButtonElement>('main button')
    expect(again).toHaveLength(canRejoin(reason) ? 2 : 1)
    if (canRejoin(reason)) await act(async () => again[0]?.click())
    expect(onRejoin.mock.calls.length + onBackToPrejoin.mock.calls.length).toBe(canRejoin(reason) ? 1 : 0)
  })
})

const REFUSED = 'You could not be let in'
const GONE = 'This room has ended'
const NOT_UNDERSTOOD = 'This page and the server don’t understand each other'
const VIDEO_TROUBLE = 'The video service has trouble'
const UNREACHABLE = 'No connection to the call'

/** What a person reads who is not let in for each reason that the server or the client can give. */
const BEFORE_JOINING: Readonly<Record<string, string>> = {
  INVALID_INPUT: 'That can’t be used',
  PROCEDURE_NOT_FOUND: NOT_UNDERSTOOD,
  METHOD_NOT_SUPPORTED: NOT_UNDERSTOOD,
  UNSUPPORTED_MEDIA_TYPE: NOT_UNDERSTOOD,
  PAYLOAD_TOO_LARGE: NOT_UNDERSTOOD,
  IDEMPOTENCY_KEY_REUSED: NOT_UNDERSTOOD,
  BAD_RESPONSE: NOT_UNDERSTOOD,
  UNAUTHENTICATED: 'Sign in to go on',
  FORBIDDEN: 'You are not allowed to do this',
  BANNED: 'You have been kept out of this room',
  RATE_LIMITED: 'That was a lot at once',
  ROOM_NOT_FOUND: 'No such room',
  ROOM_NAME_TAKEN: 'A room with this name is open already',
  ROOM_COMPLETED: GONE,
  PARTICIPANT_NOT_FOUND: 'They have left already',
  BAN_NOT_FOUND: 'They are not kept out',
  INVITE_NOT_FOUND: 'This invitation is not known here',
  INVITE_EXPIRED: 'This invitation has expired',
  INVITE_REVOKED: 'This invitation was taken back',
  INVITE_USED_UP: 'This invitation has been used',
  TWILIO_UNAUTHORIZED: 'The server is not set up right',
  TWILIO_RATE_LIMITED: VIDEO_TROUBLE,
  TWILIO_REJECTED: VIDEO_TROUBLE,
  TWILIO_FAILED: VIDEO_TROUBLE,
  TWILIO_RESPONSE_INVALID: VIDEO_TROUBLE,
  TWILIO_RESPONSE_INCOMPLETE: VIDEO_TROUBLE,
  TWILIO_TIMEOUT: VIDEO_TROUBLE,
  TWILIO_UNAVAILABLE: VIDEO_TROUBLE,
  SIGNALING_UNAVAILABLE: 'Calls can’t be made from here',
  STORE_UNAVAILABLE: 'The server has trouble',
  OVERLOADED: 'The server is very busy',
  INTERNAL_ERROR: 'Something went wrong on the server',
  NETWORK_ERROR: 'The server can’t be reached',
  TIMEOUT: UNREACHABLE,
  ABORTED: 'You did not join',
  UNSUPPORTED: 'This browser can’t make calls',
  SDK_MISSING: 'The call could not be loaded',
  MEDIA_FAILED: 'Camera or microphone could not be opened',
  JOIN_FAILED: 'The call could not be joined',
}

/** The same for Twilio's numbers: before joining, and inside. */
const BY_TWILIO: Record<number, [before: string, inside: string]> = {
  20101: [REFUSED, REFUSED],
  20102: [REFUSED, REFUSED],
  20103: [REFUSED, REFUSED],
  // Inside, a fresh token is fetched.
  20104: [REFUSED, 'Design'],
  20105: [REFUSED, REFUSED],
  20106: [REFUSED, REFUSED],
  20107: [REFUSED, REFUSED],
  53000: [UNREACHABLE, 'The connection was lost'],
  53001: [UNREACHABLE, 'The connection was lost'],
  53002: [UNREACHABLE, 'The connection was lost'],
  53105: ['The room is full', 'The room is full'],
  53106: ['No such room', 'No such room'],
  53118: [GONE, 'The room has ended'],
  53204: [UNREACHABLE, 'The connection was lost'],
  53205: ['You joined from somewhere else', 'You joined from somewhere else'],
  53216: ['Your time in this room is up', 'Your time in this room is up'],
  53405: [UNREACHABLE, 'The connection was lost'],
  53407: [UNREACHABLE, 'The connection was lost'],
}

describe('a person reads what happened, and nothing meant for somebody else', () => {
  const heading = (page: { root: HTMLElement }) => page.root.querySelector('h1')?.textContent

  test.each([...ERROR_CODES, ...CLIENT_ERROR_CODES])('before joining: %s', async (code) => {
    await using call = await renderCall(() => Promise.reject(new RoomkeyError(code, 'no')))
    expect(heading(call.page)).toBe(BEFORE_JOINING[code])
  })

  test('and every number of Twilio that has a meaning is looked at', () => {
    expect(Object.keys(BY_TWILIO)).toEqual(Object.keys(TWILIO_REASONS))
  })

  test.each([...Object.entries(BY_TWILIO), ['53999', ['The call could not be joined', 'The call failed']] as const])(
    'Twilio’s %s',
    async (number, [before, inside]) => {
      const error = twilioError(Number(number))
      const code = toEndReason(error) === 'lost' ? 'NETWORK_ERROR' : 'JOIN_FAILED'
      const joining = new RoomkeyError(code, 'no', { twilioCode: Number(number) })
      await using refused = await renderCall(() => Promise.reject(joining))
      expect(heading(refused.page)).toBe(before)
      await refused[Symbol.asyncDispose]()
      await using call = await renderCall()
      await act(async () => call.rooms[0]?.end(error))
      await call.page.settle()
      expect(heading(call.page)).toBe(inside)
    },
  )
})
