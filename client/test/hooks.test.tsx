// @vitest-environment happy-dom
import { act } from 'react'
import type { LocalParticipant, RemoteParticipant } from 'twilio-video'
import { describe, expect, test } from 'vitest'
import {
  useDominantSpeaker,
  useIsRecording,
  useNetworkQuality,
  useParticipantState,
  useParticipants,
  useRoomkey,
  useTrack,
  useTracks,
} from '../src/react/index.ts'
import { createFakeParticipant, createFakePublication, createFakeRoom, createFakeTrack } from './fake-room.ts'
import { renderHook } from './render.tsx'

describe('useParticipants', () => {
  test('lists the others as they come, lose connection, and go', async () => {
    const { room, fake } = createFakeRoom()
    const [bob, carol] = [createFakeParticipant('PAbob'), createFakeParticipant('PAcarol')]
    fake.participants.set('PAbob', bob.participant)
    await using hook = await renderHook(useParticipants, room)
    expect(hook.value()).toEqual([bob.participant])
    await act(async () => {
      fake.participants.set('PAcarol', carol.participant)
      fake.emit('participantConnected', carol.participant)
    })
    expect(hook.value()).toEqual([bob.participant, carol.participant])
    const before = hook.value()
    await act(async () => {
      bob.fake.state = 'reconnecting'
      fake.emit('participantReconnecting', bob.participant)
    })
    expect(hook.value()).not.toBe(before)
    await act(async () => {
      fake.participants.delete('PAbob')
      fake.emit('participantDisconnected', bob.participant)
    })
    expect(hook.value()).toEqual([carol.participant])
  })

  test('sees who came between rendering and listening', async () => {
    const { room, fake } = createFakeRoom()
    const bob = createFakeParticipant('PAbob')
    const on = fake.on.bind(fake)
    fake.on = (event, listener) => {
      fake.participants.set('PAbob', bob.participant)
      return on(event, listener)
    }
    await using hook = await renderHook(useParticipants, room)
    expect(hook.value()).toEqual([bob.participant])
  })

  test('renders no more than once for nothing new, and listens no longer than it lives', async () => {
    const { room, fake } = createFakeRoom()
    const hook = await renderHook(useParticipants, room)
    const renders = hook.renders()
    await act(async () => fake.emit('participantConnected'))
    expect(hook.renders()).toBe(renders)
    await hook.unmount()
    expect(fake.eventNames()).toEqual([])
  })

  test('is empty without a room, and follows a change of rooms', async () => {
    const [one, two] = [createFakeRoom(), createFakeRoom()]
    const bob = createFakeParticipant('PAbob')
    two.fake.participants.set('PAbob', bob.participant)
    await using hook = await renderHook(useParticipants, null as typeof one.room | null)
    expect(hook.value()).toEqual([])
    await hook.update(one.room)
    await hook.update(two.room)
    expect(hook.value()).toEqual([bob.participant])
    expect(one.fake.eventNames()).toEqual([])
  })
})

test('useParticipantState and useNetworkQuality follow one participant', async () => {
  const { fake, participant } = createFakeParticipant('PAbob')
  await using state = await renderHook(useParticipantState, participant)
  await using quality = await renderHook(useNetworkQuality, participant)
  expect([state.value(), quality.value()]).toEqual(['connected', null])
  await act(async () => {
    fake.state = 'reconnecting'
    fake.emit('reconnecting')
    fake.networkQualityLevel = 4
    fake.emit('networkQualityLevelChanged', 4)
  })
  expect([state.value(), quality.value()]).toEqual(['reconnecting', 4])
})

test('useDominantSpeaker and useIsRecording follow the room', async () => {
  const { room, fake } = createFakeRoom()
  const { participant } = createFakeParticipant('PAbob')
  await using speaker = await renderHook(useDominantSpeaker, room)
  await using recording = await renderHook(useIsRecording, room)
  expect([speaker.value(), recording.value()]).toEqual([null, false])
  await act(async () => {
    Object.assign(fake, { dominantSpeaker: participant, isRecording: true })
    fake.emit('dominantSpeakerChanged', participant)
    fake.emit('recordingStarted')
  })
  expect([speaker.value(), recording.value()]).toEqual([participant, true])
})

describe('useTracks', () => {
  test('lists publications, and renders again when one starts or is muted', async () => {
    const { fake, participant } = createFakeParticipant('PAbob')
    const { fake: fakePublication, track, publication } = createFakePublication('MT1')
    await using hook = await renderHook(useTracks, participant as RemoteParticipant | LocalParticipant | null)
    expect(hook.value()).toEqual([])
    const change = (event: string, make: () => void) =>
      act(async () => {
        make()
        fake.emit(event, publication)
      })
    await change('trackPublished', () => fake.tracks.set('MT1', publication))
    expect(hook.value()).toEqual([publication])
    for (const [event, make] of [
      ['trackSubscribed', () => (fakePublication.track = track)],
      ['trackDisabled', () => (fakePublication.isTrackEnabled = false)],
    ] as const) {
      const before = hook.value()
      await change(event, make)
      expect(hook.value(), event).not.toBe(before)
    }
    await change('trackUnpublished', () => fake.tracks.delete('MT1'))
    expect(hook.value()).toEqual([])
  })
})

describe('useTrack', () => {
  test('shows a publication once it is subscribed to, and what becomes of it', async () => {
    const { fake, track, publication } = createFakePublication('MT1')
    await using hook = await renderHook(useTrack, publication)
    expect(hook.value()).toMatchObject({ track: null, kind: 'video', isEnabled: true, dimensions: null })
    await act(async () => {
      fake.track = track
      fake.emit('subscribed', track)
    })
    expect(hook.value()).toMatchObject({ track, isSwitchedOff: false })
    await act(async () => {
      track.dimensions = { width: 640, height: 480 }
      track.emit('dimensionsChanged')
      track.isSwitchedOff = true
      track.emit('switchedOff')
      fake.isTrackEnabled = false
      fake.emit('trackDisabled')
    })
    expect(hook.value()).toMatchObject({
      isEnabled: false,
      isSwitchedOff: true,
      dimensions: { width: 640, height: 480 },
    })
    await act(async () => {
      fake.track = null
      fake.emit('unsubscribed', track)
    })
    expect(hook.value().track).toBeNull()
    await hook.unmount()
    expect([...fake.eventNames(), ...track.eventNames()]).toEqual([])
  })

  test('plays the track on the element that has the ref, and only there', async () => {
    const { fake, track, publication } = createFakePublication('MT1')
    fake.track = track
    await using hook = await renderHook(useTrack, publication)
    const { attach } = hook.value()
    const [one, two] = [document.createElement('video'), document.createElement('video')]
    attach(one)
    expect(track.elements).toEqual(new Set([one]))
    attach(two)
    expect(track.elements).toEqual(new Set([two]))
    attach(null)
    expect(track.elements).toEqual(new Set())
    await act(async () => track.emit('dimensionsChanged'))
    expect(hook.value().attach, 'a new ref would stop and start the picture').toBe(attach)
  })

  test("takes a browser's own track, and nothing", async () => {
    const camera = createFakeTrack('cam')
    await using hook = await renderHook(useTrack, camera as MediaStreamTrack | null)
    expect(hook.value()).toMatchObject({ track: camera, kind: 'video', isEnabled: true })
    await hook.update(null)
    expect(hook.value()).toMatchObject({ track: null, kind: null, isEnabled: false })
  })
})

test('useRoomkey gives the client', async () => {
  const client = {}
  await using hook = await renderHook(useRoomkey, null, client)
  expect(hook.value()).toBe(client)
})
