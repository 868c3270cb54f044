// @vitest-environment happy-dom
import { act } from 'react'
import type { Room } from 'twilio-video'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createFakeParticipant, createFakeRoom, createFakeTrack } from '../../../../client/test/fake-room.ts'
import { renderHook } from '../../../../client/test/render.tsx'
import { useSpeakers } from './use-speakers.ts'

/** How loud each track is, as the browser's Web Audio would measure it. */
const levels = new Map<MediaStreamTrack, number>()
const closed = vi.fn()

class FakeAudioContext {
  close = closed
  createAnalyser() {
    const analyser = {
      fftSize: 0,
      source: null as MediaStreamTrack | null,
      getFloatTimeDomainData(samples: Float32Array) {
        samples.fill(analyser.source === null ? 0 : (levels.get(analyser.source) ?? 0))
      },
    }
    return analyser
  }
  createMediaStreamSource({ track }: { track: MediaStreamTrack }) {
    return {
      connect: (analyser: { source: MediaStreamTrack | null }) => void (analyser.source = track),
      disconnect: () => undefined,
    }
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
  vi.stubGlobal('AudioContext', FakeAudioContext)
  vi.stubGlobal(
    'MediaStream',
    class {
      track: MediaStreamTrack | undefined
      constructor([track]: MediaStreamTrack[]) {
        this.track = track
      }
    },
  )
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  levels.clear()
  closed.mockClear()
})

const pass = (ms: number) => act(async () => void vi.advanceTimersByTime(ms))

/** Ada hears Grace. */
async function renderSpeakers() {
  const { room, fake } = createFakeRoom('Ada')
  const grace = createFakeParticipant('PAgrace', 'Grace')
  const sound = createFakeTrack('voice', 'audio')
  const publication = { isTrackEnabled: true, track: { mediaStreamTrack: sound } }
  grace.fake.audioTracks.set('MT1', publication)
  fake.participants.set('PAgrace', grace.participant)
  const hook = await renderHook<Room, ReadonlySet<string>>(useSpeakers, room)
  return { hook, fake, grace, sound, publication, [Symbol.asyncDispose]: hook[Symbol.asyncDispose] }
}

test('whose voice arrives is marked, not who only breathes, and the mark outlasts a breath', async () => {
  await using call = await renderSpeakers()
  levels.set(call.sound, 0.005)
  await pass(300)
  expect([...call.hook.value()]).toEqual([])
  levels.set(call.sound, 0.1)
  await pass(150)
  expect([...call.hook.value()]).toEqual(['PAgrace'])
  levels.set(call.sound, 0)
  await pass(600)
  expect([...call.hook.value()]).toEqual(['PAgrace'])
  await pass(450)
  expect([...call.hook.value()]).toEqual([])
})

test('the dominant speaker is marked where the server reports one', async () => {
  await using call = await renderSpeakers()
  await act(async () => {
    call.fake.dominantSpeaker = call.grace.participant
    call.fake.emit('dominantSpeakerChanged', call.grace.participant)
  })
  expect([...call.hook.value()]).toEqual(['PAgrace'])
})

test('who is muted is not listened to', async () => {
  await using call = await renderSpeakers()
  levels.set(call.sound, 0.1)
  call.publication.isTrackEnabled = false
  await pass(300)
  expect([...call.hook.value()]).toEqual([])
})

test('nothing is measured any more once the call is gone', async () => {
  const call = await renderSpeakers()
  await call.hook.unmount()
  expect(closed).toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
})
