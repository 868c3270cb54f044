import { describe, expect, it } from 'vitest'
import { codeOf, MINUTE, setUpState } from '../../test/state.ts'
import {
  completeRoom,
  connectParticipant,
  createRoom,
  disconnectParticipant,
  findRoom,
  joinRoom,
  publishTrack,
  type RoomSettings,
} from './index.ts'

describe('rooms', () => {
  it('are named by their SID unless a name is given', () => {
    const { state } = setUpState()
    const room = createRoom(state)
    expect(room.name).toBe(room.sid)
    expect(room.sid).toMatch(/^RM[0-9a-f]{32}$/)
  })

  it('refuse a name that a room in progress has, and give it away again once that room is over', () => {
    const { state } = setUpState()
    const room = createRoom(state, { name: 'standup' })
    expect(codeOf(() => createRoom(state, { name: 'standup' }))).toBe(53113)
    completeRoom(state, room)
    expect(findRoom(state, 'standup')).toBeUndefined()
    expect(findRoom(state, room.sid)).toBe(room)
    expect(findRoom(state, createRoom(state, { name: 'standup' }).name)).not.toBe(room)
  })

  it.each([
    ['', 53100],
    [`RM${'a'.repeat(32)}`, 53100],
    ['n'.repeat(129), 53101],
    ['\uD800', 53102],
    ['bad\uFFFD', 53102],
    ['null\0byte', 53102],
  ])('refuse the name %j with %i', (name, expected) => {
    expect(codeOf(() => createRoom(setUpState().state, { name }))).toBe(expected)
  })

  it('take 128 characters of any alphabet as a name', () => {
    const name = '🎉'.repeat(128)
    expect(createRoom(setUpState().state, { name }).name).toBe(name)
  })

  it('disconnect everyone when they are completed, before they report their own end', () => {
    const { state, changes, types } = setUpState()
    const room = createRoom(state, { settings: { recordParticipantsOnConnect: true } })
    const alice = connectParticipant(state, room, { identity: 'alice' })
    const track = publishTrack(state, alice, { kind: 'audio', name: 'mic' })
    changes.length = 0
    completeRoom(state, room)
    expect(types()).toEqual(['participant-disconnected', 'recording-completed', 'recording-changed', 'room-completed'])
    expect(changes[0]).toMatchObject({ reason: 'room-completed', tracks: [track] })
    expect(alice.status).toBe('disconnected')
    expect(room.tracks.size + alice.tracks.size + room.connected.size).toBe(0)
    completeRoom(state, room)
    expect(types()).toHaveLength(4)
  })
})

describe('room timeouts', () => {
  const settings: Partial<RoomSettings> = { unusedRoomTimeoutMinutes: 3, emptyRoomTimeoutMinutes: 7 }

  it('end a room that nobody enters', () => {
    const { state, clock } = setUpState()
    const room = createRoom(state, { settings })
    clock.advance(3 * MINUTE - 1)
    expect(room.status).toBe('in-progress')
    clock.advance(1)
    expect(room.status).toBe('completed')
    expect(room.endedAt).toBe(clock.now())
  })

  it('end a room that everyone has left, counted from the last departure', () => {
    const { state, clock } = setUpState()
    const room = createRoom(state, { settings })
    const alice = connectParticipant(state, room, { identity: 'alice' })
    clock.advance(60 * MINUTE)
    disconnectParticipant(state, alice, 'left')
    clock.advance(6 * MINUTE)
    const bob = connectParticipant(state, room, { identity: 'bob' })
    clock.advance(30 * MINUTE)
    expect(room.status).toBe('in-progress')
    disconnectParticipant(state, bob, 'left')
    clock.advance(7 * MINUTE)
    expect(room.status).toBe('completed')
  })

  it('end an ad-hoc room at once when the last one leaves', () => {
    const { state } = setUpState()
    const alice = joinRoom(state, 'ad-hoc', { identity: 'alice' })
    const bob = joinRoom(state, 'ad-hoc', { identity: 'bob' })
    expect(alice.room).toBe(bob.room)
    disconnectParticipant(state, alice, 'left')
    expect(alice.room.status).toBe('in-progress')
    disconnectParticipant(state, bob, 'left')
    expect(alice.room.status).toBe('completed')
  })

  it('end every room after 24 hours, with people in it', () => {
    const { state, clock } = setUpState()
    const room = createRoom(state, { settings: { maxParticipantDurationSeconds: 86_400 } })
    clock.advance(MINUTE)
    const alice = connectParticipant(state, room, { identity: 'alice' })
    clock.advance(24 * 60 * MINUTE - MINUTE)
    expect([room.status, alice.status]).toEqual(['completed', 'disconnected'])
  })

  it('end a session after the longest time that the room allows', () => {
    const { state, clock, changes } = setUpState()
    const room = createRoom(state, { settings: { maxParticipantDurationSeconds: 600 } })
    const alice = connectParticipant(state, room, { identity: 'alice' })
    clock.advance(599_999)
    expect(alice.status).toBe('connected')
    clock.advance(1)
    expect(alice.status).toBe('disconnected')
    expect(changes.at(-1)).toMatchObject({ reason: 'duration-exceeded' })
    expect(room.status).toBe('in-progress')
  })
})
