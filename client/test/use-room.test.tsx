// @vitest-environment happy-dom
import type { Room } from 'twilio-video'
import { act } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { RoomkeyError, type RoomkeyClient } from '../src/index.ts'
import { useLocalMedia, useRoom, type Media, type UseRoomOptions } from '../src/react/index.ts'
import { createFakeRoom, createFakeTrack, twilioError } from './fake-room.ts'
import { renderHook } from './render.tsx'

type Join = RoomkeyClient['join']
const alice = { roomSid: 'room', userId: 'alice' }

/** A client whose joins succeed with a new room each time. */
function createClient() {
  const rooms: ReturnType<typeof createFakeRoom>[] = []
  const join = vi.fn<Join>(async ({ signal, userId }) => {
    if (signal?.aborted === true) throw new RoomkeyError('ABORTED', 'aborted')
    const made = createFakeRoom(userId)
    rooms.push(made)
    return made.room
  })
  return { client: { join }, join, rooms }
}

const renderRoom = (client: Partial<RoomkeyClient>, options: UseRoomOptions | null = alice) =>
  renderHook(useRoom, options, client)

function createMedia(...tracks: MediaStreamTrack[]) {
  return { tracks, stop: vi.fn() } satisfies Media
}

describe('useRoom', () => {
  test('joins once under StrictMode, and leaves when the component goes', async () => {
    const { client, join, rooms } = createClient()
    const hook = await renderRoom(client)
    expect(hook.value()).toMatchObject({ status: 'connected', reason: null, error: null })
    expect(hook.value().room).toBe(rooms[0]?.room)
    expect(join).toHaveBeenCalledTimes(1)
    await hook.unmount()
    expect(rooms.map(({ fake }) => fake.state)).toEqual(['disconnected'])
  })

  test('stays idle without a room, and joins when there is one', async () => {
    const { client, join } = createClient()
    await using hook = await renderRoom(client, null)
    expect(hook.value()).toMatchObject({ status: 'idle', room: null })
    expect(join).not.toHaveBeenCalled()
    await hook.update(alice)
    expect(hook.value().status).toBe('connected')
  })

  test('does not join anew for a new object with the same values', async () => {
    const { client, join } = createClient()
    await using hook = await renderRoom(client)
    await hook.update({ ...alice, dominantSpeaker: true })
    expect(join).toHaveBeenCalledTimes(1)
    expect(hook.value().status).toBe('connected')
  })

  test('changes rooms: leaves one, joins the other', async () => {
    const { client, rooms } = createClient()
    await using hook = await renderRoom(client)
    await hook.update({ ...alice, roomSid: 'other' })
    await act(() =>
      vi.waitFor(() => expect(rooms.map(({ fake }) => fake.state)).toEqual(['disconnected', 'connected']), 30_000),
    )
    expect(hook.value().room).toBe(rooms[1]?.room)
  })

  test('passes what it is given to join', async () => {
    const { client, join } = createClient()
    await using _hook = await renderRoom(client, { ...alice, invite: 'inv_1', dominantSpeaker: true })
    expect(join).toHaveBeenCalledWith({
      ...alice,
      invite: 'inv_1',
      dominantSpeaker: true,
      signal: expect.any(AbortSignal) as AbortSignal,
    })
  })

  test('leaves when asked, with a reason, and joins again when asked', async () => {
    const { client, join, rooms } = createClient()
    await using hook = await renderRoom(client)
    await act(async () => hook.value().leave())
    expect(hook.value()).toMatchObject({ status: 'ended', reason: 'left', error: null })
    expect(rooms[0]?.fake.state).toBe('disconnected')
    await act(async () => hook.value().rejoin())
    expect(hook.value().status).toBe('connected')
    expect(join).toHaveBeenCalledTimes(2)
  })

  test('gives up joining when told to leave', async () => {
    const opening = Promise.withResolvers<Room>()
    const join = vi.fn<Join>(() => opening.promise)
    await using hook = await renderRoom({ join })
    expect(hook.value().status).toBe('joining')
    await act(async () => hook.value().leave())
    expect(hook.value()).toMatchObject({ status: 'ended', reason: 'left' })
    expect(join.mock.calls[0]?.[0].signal?.aborted).toBe(true)
    const { room, fake } = createFakeRoom()
    await act(async () => opening.resolve(room))
    expect(fake.state).toBe('disconnected')
    expect(hook.value().status).toBe('ended')
  })

  test.each([
    ['completed', twilioError(53118)],
    ['replaced', twilioError(53205)],
    ['duration-exceeded', twilioError(53216)],
    ['lost', twilioError(53001)],
    ['removed', undefined],
  ] as const)('ends as %s, and keeps the error', async (reason, error) => {
    const { client, rooms } = createClient()
    await using hook = await renderRoom(client)
    await act(async () => rooms[0]?.end(error))
    expect(hook.value()).toMatchObject({ status: 'ended', reason, error: error ?? null, room: { sid: 'RM1' } })
  })

  test.each([
    ['full', new RoomkeyError('JOIN_FAILED', 'no', { twilioCode: 53105 })],
    ['not-found', new RoomkeyError('ROOM_NOT_FOUND', 'no')],
    ['refused', new RoomkeyError('BANNED', 'no')],
    ['failed', new Error('odd')],
  ] as const)('ends as %s when it cannot join', async (reason, error) => {
    await using hook = await renderRoom({ join: () => Promise.reject(error) })
    expect(hook.value()).toMatchObject({ status: 'ended', room: null, reason, error })
  })

  test('leaves when the page goes, and listens for that no longer than the call lasts', async () => {
    const { client, rooms } = createClient()
    await using hook = await renderRoom(client)
    await act(async () => void window.dispatchEvent(new Event('pagehide')))
    expect(rooms[0]?.fake.state).toBe('disconnected')
    await act(async () => hook.value().rejoin())
    await act(async () => rooms[1]?.end(twilioError(53118)))
    await act(async () => void window.dispatchEvent(new Event('pagehide')))
    expect(hook.value().reason).toBe('completed')
  })

  test('notices a room that was over before it could be entered', async () => {
    const { room, end } = createFakeRoom()
    end()
    await using hook = await renderRoom({ join: async () => room })
    expect(hook.value()).toMatchObject({ status: 'ended', reason: 'lost' })
  })

  test('comes back by itself with a fresh token when its own expires, with what it publishes', async () => {
    const { client, join, rooms } = createClient()
    const media = createMedia(createFakeTrack('cam'))
    await using hook = await renderRoom(client, { ...alice, media })
    await act(async () => rooms[0]?.end(twilioError(20104)))
    expect(join).toHaveBeenCalledTimes(2)
    expect(hook.value()).toMatchObject({ status: 'connected', room: rooms[1]?.room, reason: null })
    expect([...(rooms[1]?.fake.localParticipant.tracks.keys() ?? [])]).toEqual(['MTcam'])
    expect(media.stop).not.toHaveBeenCalled()
  })

  test('is reconnecting while it does so, and ends when it is refused', async () => {
    const { client, join, rooms } = createClient()
    await using hook = await renderRoom(client)
    const joining = Promise.withResolvers<Room>()
    join.mockReturnValueOnce(joining.promise)
    await act(async () => rooms[0]?.end(twilioError(20104)))
    expect(hook.value()).toMatchObject({ status: 'reconnecting', room: rooms[0]?.room })
    await act(async () => joining.reject(new RoomkeyError('BANNED', 'no')))
    expect(hook.value()).toMatchObject({ status: 'ended', reason: 'refused', error: { code: 'BANNED' } })
  })

  test('reports reconnecting', async () => {
    const { client, rooms } = createClient()
    await using hook = await renderRoom(client)
    await act(async () => rooms[0]?.fake.emit('reconnecting', twilioError(53001)))
    expect(hook.value().status).toBe('reconnecting')
    await act(async () => rooms[0]?.fake.emit('reconnected'))
    expect(hook.value().status).toBe('connected')
  })
})

describe('useRoom with media', () => {
  test('joins with the tracks there are, and keeps up with what comes and goes', async () => {
    const { client, join, rooms } = createClient()
    const [camera, microphone] = [createFakeTrack('cam'), createFakeTrack('mic', 'audio')]
    await using hook = await renderRoom(client, { ...alice, media: createMedia(camera) })
    expect(join.mock.calls[0]?.[0].tracks).toEqual([camera])
    const published = () => [...(rooms[0]?.fake.localParticipant.tracks.keys() ?? [])]
    expect(published()).toEqual(['MTcam'])
    await hook.update({ ...alice, media: createMedia(camera, microphone) })
    expect(published()).toEqual(['MTcam', 'MTmic'])
    await hook.update({ ...alice, media: createMedia(microphone) })
    expect(published()).toEqual(['MTmic'])
    expect(join).toHaveBeenCalledTimes(1)
  })

  test('leaves alone what the app publishes by itself', async () => {
    const { client, rooms } = createClient()
    await using hook = await renderRoom(client, { ...alice, media: createMedia() })
    const local = rooms[0]?.fake.localParticipant
    await local?.publishTrack(createFakeTrack('own'))
    await hook.update({ ...alice, media: createMedia(createFakeTrack('cam')) })
    await hook.update({ ...alice, media: createMedia() })
    expect([...(local?.tracks.keys() ?? [])]).toEqual(['MTown'])
  })

  test('reports muting to the others, also one during the join', async () => {
    const opening = Promise.withResolvers<Room>()
    const { room, fake } = createFakeRoom()
    const microphone = createFakeTrack('mic', 'audio')
    const options = { ...alice, media: createMedia(microphone) }
    await using hook = await renderRoom({ join: () => opening.promise }, options)
    // The SDK took the microphone as it was, then the person muted it, then the room opened.
    await fake.localParticipant.publishTrack(microphone)
    microphone.enabled = false
    await act(async () => opening.resolve(room))
    expect(fake.localParticipant.reported.get(microphone)).toBe(false)
    expect(microphone.enabled).toBe(false)
    microphone.enabled = true
    await hook.update({ ...alice, media: createMedia(microphone) })
    expect(fake.localParticipant.reported.get(microphone)).toBe(true)
  })

  test('reports a track that cannot be published, and the call goes on', async () => {
    const { client, rooms } = createClient()
    await using hook = await renderRoom(client, { ...alice, media: createMedia() })
    if (rooms[0] !== undefined) {
      rooms[0].fake.localParticipant.publishTrack = () => Promise.reject(twilioError(53203))
    }
    await hook.update({ ...alice, media: createMedia(createFakeTrack('cam')) })
    expect(hook.value()).toMatchObject({ status: 'connected', error: { code: 53203 } })
  })

  test('turns camera and microphone off when the call is over', async () => {
    for (const end of ['leave', 'completed', 'unmount'] as const) {
      const { client, rooms } = createClient()
      const media = createMedia(createFakeTrack('cam'))
      await using hook = await renderRoom(client, { ...alice, media })
      expect(media.stop).not.toHaveBeenCalled()
      if (end === 'leave') await act(async () => hook.value().leave())
      else if (end === 'completed') await act(async () => rooms[0]?.end(twilioError(53118)))
      else await hook.unmount()
      expect(media.stop, end).toHaveBeenCalledTimes(1)
    }
  })

  test('keeps them on when it was not let in: the preview goes on', async () => {
    const media = createMedia(createFakeTrack('cam'))
    const join = () => Promise.reject(new RoomkeyError('JOIN_FAILED', 'full', { twilioCode: 53105 }))
    await using hook = await renderRoom({ join }, { ...alice, media })
    expect(hook.value().reason).toBe('full')
    expect(media.stop).not.toHaveBeenCalled()
  })
})

test('a screen that is shared already is published by its name after joining', async () => {
  vi.stubGlobal('navigator', {
    mediaDevices: Object.assign(new EventTarget(), {
      enumerateDevices: async () => [],
      getDisplayMedia: async () => ({ getTracks: () => [createFakeTrack('screen')] }),
    }),
  })
  const { client, join, rooms } = createClient()
  await using local = await renderHook(useLocalMedia, {})
  await act(() => local.value().screen.start())
  await using _hook = await renderRoom(client, { ...alice, media: local.value() })
  expect(join.mock.calls[0]?.[0].tracks).toEqual([])
  expect([...(rooms[0]?.fake.localParticipant.tracks.values() ?? [])]).toMatchObject([{ trackName: 'screen' }])
  vi.unstubAllGlobals()
})
