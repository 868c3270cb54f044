import type { ConnectOptions, Room } from 'twilio-video'
import { describe, expect, test, vi } from 'vitest'
import { createFakeRoom, twilioError } from '../test/fake-room.ts'
import type { Calls } from './calls.ts'
import { RoomkeyError } from './errors.ts'
import { joinRoom, type JoinOptions } from './join.ts'

const getToken = vi.fn<Calls['auth']['getToken']>(async ({ roomSid = 'named-by-invite' }) => ({
  roomSid,
  userId: 'alice' as never,
  token: 'a.b.c',
  expiresAt: '2030-01-01T00:00:00Z',
  connectOptions: { wsServer: 'ws://here/signaling' },
}))

const forget = vi.fn<() => void>()
const has = vi.fn<() => boolean>(() => false)

/** `connect` of an SDK: `outcome` decides, `cancel` makes it reject as the SDK's does. */
function createSdk(outcome: Promise<Room>) {
  const cancel = vi.fn<() => void>()
  const connect = vi.fn((_token: string, _options?: ConnectOptions) => {
    const cancelled = new Promise<Room>((_, reject) => cancel.mockImplementation(() => reject(new Error('Canceled'))))
    return Object.assign(Promise.race([outcome, cancelled]), { cancel })
  })
  const join = (options: JoinOptions) => joinRoom({ getToken, forget, has }, options, async () => ({ connect }))
  return { connect, cancel, join }
}

describe('join', () => {
  test("connects with the token, the server's options and the caller's, which win", async () => {
    const { room } = createFakeRoom()
    const { connect, join } = createSdk(Promise.resolve(room))
    expect(await join({ roomSid: 'room', userId: 'alice', ttlSeconds: 60, tracks: [], dominantSpeaker: true })).toBe(
      room,
    )
    expect(getToken).toHaveBeenLastCalledWith({ roomSid: 'room', userId: 'alice', ttlSeconds: 60 }, {})
    const expected = { wsServer: 'ws://here/signaling', tracks: [], dominantSpeaker: true }
    expect(connect).toHaveBeenLastCalledWith('a.b.c', expected)
    const own = { roomSid: 'room', wsServer: 'ws://mine' }
    await join(own)
    expect(connect).toHaveBeenLastCalledWith('a.b.c', { wsServer: 'ws://mine' })
  })

  test('takes an invitation in place of a room', async () => {
    const { join } = createSdk(Promise.resolve(createFakeRoom().room))
    await join({ invite: 'inv_1', userId: 'bob' })
    expect(getToken).toHaveBeenLastCalledWith({ invite: 'inv_1', userId: 'bob' }, {})
    await expect(join({ userId: 'bob' })).rejects.toThrow(TypeError)
  })

  test('passes on why there is no token', async () => {
    getToken.mockRejectedValueOnce(new RoomkeyError('BANNED', 'kept out'))
    const { connect, join } = createSdk(Promise.resolve(createFakeRoom().room))
    await expect(join({ roomSid: 'room' })).rejects.toMatchObject({ code: 'BANNED' })
    expect(connect).not.toHaveBeenCalled()
  })

  test("wraps the SDK's errors, its number and the browser's", async () => {
    const full = createSdk(Promise.reject(twilioError(53105)))
    await expect(full.join({ roomSid: 'r' })).rejects.toMatchObject({ code: 'JOIN_FAILED', twilioCode: 53105 })
    const denied = createSdk(Promise.reject(new DOMException('Permission denied', 'NotAllowedError')))
    await expect(denied.join({ roomSid: 'r' })).rejects.toMatchObject({
      code: 'MEDIA_FAILED',
      cause: { name: 'NotAllowedError' },
    })
    const odd = createSdk(Promise.reject(new Error('odd')))
    await expect(odd.join({ roomSid: 'r', tracks: [] })).rejects.toMatchObject({
      code: 'JOIN_FAILED',
      twilioCode: undefined,
    })
  })

  test.each([
    ['refused by the person', {}, new DOMException('no', 'NotAllowedError')],
    ['that is no DOMException in every browser', {}, Object.assign(new Error('no'), { name: 'OverconstrainedError' })],
    ['that a page without HTTPS does not have', {}, new Error('getUserMedia is not supported')],
    ['that a page without HTTPS does not have either', { video: false }, new TypeError('undefined is not an object')],
  ])('a camera or microphone %s is MEDIA_FAILED', async (_which, options, error) => {
    const { join } = createSdk(Promise.reject(error))
    await expect(join({ roomSid: 'r', ...options })).rejects.toMatchObject({ code: 'MEDIA_FAILED', cause: error })
  })

  test.each([53000, 53001, 53405])('a network that lets nothing through is NETWORK_ERROR (%s)', async (code) => {
    const { join } = createSdk(Promise.reject(twilioError(code)))
    const rejection = expect(join({ roomSid: 'r' })).rejects
    await rejection.toMatchObject({ code: 'NETWORK_ERROR', twilioCode: code })
    await expect(join({ roomSid: 'r' })).rejects.not.toThrow(/let the participant in/)
  })

  test('a browser without WebRTC is UNSUPPORTED, and spends no invitation', async () => {
    getToken.mockClear()
    const joining = joinRoom({ getToken, forget, has }, { invite: 'inv_1' })
    await expect(joining).rejects.toMatchObject({ code: 'UNSUPPORTED' })
    expect(getToken).not.toHaveBeenCalled()
  })

  test('stops connecting when aborted', async () => {
    const { connect, cancel, join } = createSdk(new Promise(() => undefined))
    const controller = new AbortController()
    const joining = join({ roomSid: 'r', signal: controller.signal })
    await vi.waitFor(() => expect(connect).toHaveBeenCalled(), 30_000)
    controller.abort()
    await expect(joining).rejects.toMatchObject({ code: 'ABORTED' })
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('leaves a room that opens after the abort', async () => {
    const { room, fake } = createFakeRoom()
    const opening = Promise.withResolvers<Room>()
    const { connect, join } = createSdk(opening.promise)
    const controller = new AbortController()
    const joining = join({ roomSid: 'r', signal: controller.signal })
    await vi.waitFor(() => expect(connect).toHaveBeenCalled(), 30_000)
    // Open already, but the news has not arrived when the caller gives up.
    opening.resolve(room)
    controller.abort()
    await expect(joining).rejects.toMatchObject({ code: 'ABORTED' })
    expect(fake.state).toBe('disconnected')
  })

  test('a token that was kept and is refused is replaced at once, and only once', async () => {
    getToken.mockClear()
    has.mockReturnValue(true)
    const { connect, join } = createSdk(Promise.reject(twilioError(20104, 'expired')))
    await expect(join({ invite: 'inv_1', userId: 'Bob' })).rejects.toThrow('expired')
    expect([getToken.mock.calls.length, connect.mock.calls.length]).toEqual([2, 2])
    has.mockReturnValue(false)
    forget.mockClear()
  })

  test('forgets a token that Twilio refuses, and keeps it through other failures', async () => {
    const guest = { roomSid: 'r', userId: 'Bob', invite: 'inv_1' }
    await expect(createSdk(Promise.reject(twilioError(53105, 'full'))).join(guest)).rejects.toThrow('full')
    expect(forget).not.toHaveBeenCalled()
    await expect(createSdk(Promise.reject(twilioError(20104, 'expired'))).join(guest)).rejects.toThrow('expired')
    expect(forget).toHaveBeenCalledExactlyOnceWith(guest)
  })

  test('does not connect when aborted while the token is on its way', async () => {
    const controller = new AbortController()
    getToken.mockImplementationOnce(async (input) => {
      controller.abort()
      return getToken(input)
    })
    const { connect, join } = createSdk(Promise.resolve(createFakeRoom().room))
    await expect(join({ roomSid: 'r', signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(connect).not.toHaveBeenCalled()
  })
})

test('a missing twilio-video is said in plain words', async () => {
  vi.stubGlobal('RTCPeerConnection', vi.fn())
  vi.doMock('twilio-video', () => {
    throw new Error("Cannot find package 'twilio-video'")
  })
  await expect(joinRoom({ getToken, forget, has }, { roomSid: 'r' })).rejects.toMatchObject({
    code: 'SDK_MISSING',
    message: expect.stringContaining('npm install twilio-video') as string,
  })
  vi.doUnmock('twilio-video')
  vi.unstubAllGlobals()
})
