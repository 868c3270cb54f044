import { describe, expect, it } from 'vitest'
import { codeOf, setUpState } from '../../test/state.ts'
import {
  completeRoom,
  connectParticipant,
  createRoom,
  disconnectParticipant,
  isRecording,
  joinRoom,
  publishTrack,
  setRecordingRules,
  setSubscribeRules,
  subscribedTracks,
  unpublishTrack,
  updateTrack,
} from './index.ts'

describe('tracks', () => {
  it('are refused with the code that says why', () => {
    const { state } = setUpState()
    const room = createRoom(state, { settings: { audioOnly: true, maxConcurrentPublishedTracks: 2 } })
    const alice = connectParticipant(state, room, { identity: 'alice' })
    const bob = connectParticipant(state, room, { identity: 'bob' })
    publishTrack(state, alice, { kind: 'audio', name: 'mic' })
    expect(codeOf(() => publishTrack(state, alice, { kind: 'data', name: 'mic' }))).toBe(53304)
    expect(codeOf(() => publishTrack(state, alice, { kind: 'audio', name: '' }))).toBe(53301)
    expect(codeOf(() => publishTrack(state, alice, { kind: 'audio', name: 'n'.repeat(129) }))).toBe(53302)
    expect(codeOf(() => publishTrack(state, alice, { kind: 'audio', name: '\uDC00' }))).toBe(53303)
    expect(codeOf(() => publishTrack(state, alice, { kind: 'video', name: 'camera' }))).toBe(53125)
    publishTrack(state, bob, { kind: 'audio', name: 'mic' })
    expect(codeOf(() => publishTrack(state, bob, { kind: 'data', name: 'chat' }))).toBe(53203)
    disconnectParticipant(state, bob, 'left')
    expect(codeOf(() => publishTrack(state, bob, { kind: 'data', name: 'chat' }))).toBe(53204)
  })

  it('have a new SID each time, and announce only what changes', () => {
    const { state, clock, changes, types } = setUpState()
    const alice = joinRoom(state, 'name', { identity: 'alice' })
    const track = publishTrack(state, alice, { kind: 'audio', name: 'mic' })
    expect(track.updatedAt).toBeNull()
    changes.length = 0
    updateTrack(state, track, { enabled: true, priority: 'standard' })
    expect(types()).toEqual([])
    clock.advance(1000)
    updateTrack(state, track, { enabled: false })
    expect(changes).toEqual([{ type: 'track-updated', track, changed: { enabled: true, priority: false } }])
    expect(track.updatedAt).toBe(clock.now())
    unpublishTrack(state, track)
    unpublishTrack(state, track)
    updateTrack(state, track, { enabled: true })
    expect(types()).toEqual(['track-updated', 'track-unpublished'])
    expect(publishTrack(state, alice, { kind: 'audio', name: 'mic' }).sid).not.toBe(track.sid)
  })
})

describe('subscriptions', () => {
  function stage() {
    const world = setUpState()
    const alice = joinRoom(world.state, 'name', { identity: 'alice' })
    const bob = joinRoom(world.state, 'name', { identity: 'bob' })
    const mic = publishTrack(world.state, alice, { kind: 'audio', name: 'mic' })
    const camera = publishTrack(world.state, alice, { kind: 'video', name: 'camera' })
    publishTrack(world.state, bob, { kind: 'audio', name: 'mic' })
    return { ...world, alice, bob, mic, camera }
  }

  it('are to everything but one’s own tracks, unless rules say otherwise', () => {
    const { bob, mic, camera } = stage()
    expect(subscribedTracks(bob)).toEqual([mic, camera])
  })

  it('follow the last rule that matches', () => {
    const { state, alice, bob, mic, camera } = stage()
    const seen = (rules: Parameters<typeof setSubscribeRules>[2]) => {
      setSubscribeRules(state, bob, rules)
      return subscribedTracks(bob)
    }
    expect(seen([{ type: 'exclude', kind: 'audio' }])).toEqual([])
    expect(
      seen([
        { type: 'include', all: true },
        { type: 'exclude', kind: 'audio' },
      ]),
    ).toEqual([camera])
    expect(
      seen([
        { type: 'exclude', kind: 'audio' },
        { type: 'include', all: true },
      ]),
    ).toEqual([mic, camera])
    expect(seen([{ type: 'include', publisher: 'alice', kind: 'audio' }])).toEqual([mic])
    expect(seen([{ type: 'include', publisher: alice.sid, track: 'camera' }])).toEqual([camera])
    expect(seen([{ type: 'include', track: mic.sid }])).toEqual([mic])
    expect(seen([{ type: 'include', publisher: 'bob' }])).toEqual([])
    expect(seen([{ type: 'include', publisher: 'Alice' }])).toEqual([])
  })

  it('end when the participant leaves', () => {
    const { state, bob } = stage()
    disconnectParticipant(state, bob, 'left')
    expect(subscribedTracks(bob)).toEqual([])
    expect(codeOf(() => setSubscribeRules(state, bob, []))).toBe(53204)
  })

  it('cannot be chosen in a peer-to-peer room', () => {
    const { state } = setUpState()
    const room = createRoom(state, { settings: { type: 'peer-to-peer' } })
    const alice = connectParticipant(state, room, { identity: 'alice', subscribeRules: [] })
    const track = publishTrack(state, connectParticipant(state, room, { identity: 'bob' }), { kind: 'data', name: 'd' })
    expect(subscribedTracks(alice)).toEqual([track])
    expect(codeOf(() => setSubscribeRules(state, alice, []))).toBe(53117)
  })
})

describe('recording', () => {
  it('begins with the first track and ends with the last, data aside', () => {
    const { state, changes, types } = setUpState()
    const room = createRoom(state, { settings: { recordParticipantsOnConnect: true } })
    const alice = connectParticipant(state, room, { identity: 'alice' })
    publishTrack(state, alice, { kind: 'data', name: 'chat' })
    expect(isRecording(room)).toBe(false)
    changes.length = 0
    const mic = publishTrack(state, alice, { kind: 'audio', name: 'mic' })
    expect(isRecording(room)).toBe(true)
    const camera = publishTrack(state, alice, { kind: 'video', name: 'camera' })
    unpublishTrack(state, mic)
    expect(isRecording(room)).toBe(true)
    unpublishTrack(state, camera)
    expect(isRecording(room)).toBe(false)
    expect(types()).toEqual([
      'track-published',
      'recording-started',
      'recording-changed',
      'track-published',
      'recording-started',
      'track-unpublished',
      'recording-completed',
      'track-unpublished',
      'recording-completed',
      'recording-changed',
    ])
  })

  it('follows the rules given last, and starts a new recording each time', () => {
    const { state } = setUpState()
    const room = createRoom(state)
    const alice = connectParticipant(state, room, { identity: 'alice' })
    publishTrack(state, alice, { kind: 'audio', name: 'mic' })
    publishTrack(state, alice, { kind: 'video', name: 'camera' })
    setRecordingRules(state, room, [{ type: 'include', all: true }])
    expect(room.activeRecordings.size).toBe(2)
    setRecordingRules(state, room, [{ type: 'include', kind: 'audio' }])
    expect([...room.recordings.values()].map(({ status }) => status)).toEqual(['processing', 'completed'])
    setRecordingRules(state, room, [{ type: 'exclude', all: true }])
    expect(isRecording(room)).toBe(false)
    setRecordingRules(state, room, [{ type: 'include', all: true }])
    expect(room.recordings.size).toBe(4)
    completeRoom(state, room)
    expect(codeOf(() => setRecordingRules(state, room, []))).toBe(53118)
  })
})
