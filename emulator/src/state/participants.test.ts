import { describe, expect, it } from 'vitest'
import { codeOf, setUpState } from '../../test/state.ts'
import {
  anonymizeParticipant,
  completeRoom,
  connectParticipant,
  createRoom,
  disconnectParticipant,
  findParticipant,
  joinRoom,
  markReconnected,
  markReconnecting,
} from './index.ts'

describe('joining', () => {
  it('makes a room by name only where that is allowed', () => {
    expect(codeOf(() => joinRoom(setUpState({ adHocRooms: false }).state, 'name', { identity: 'a' }))).toBe(53106)
    expect(codeOf(() => joinRoom(setUpState({ adHocRooms: false }).state, null, { identity: 'a' }))).toBe(53103)
    const { room } = joinRoom(setUpState().state, null, { identity: 'a' })
    expect(room.name).toBe(room.sid)
  })

  it('finds no room by an unknown SID, nor one that is over', () => {
    const { state } = setUpState()
    const room = createRoom(state)
    completeRoom(state, room)
    expect(codeOf(() => joinRoom(state, room.sid, { identity: 'a' }))).toBe(53106)
    expect(codeOf(() => joinRoom(state, `RM${'0'.repeat(32)}`, { identity: 'a' }))).toBe(53106)
  })

  it('leaves no room behind when the identity is refused', () => {
    const { state, changes } = setUpState()
    expect(codeOf(() => joinRoom(state, 'name', { identity: '' }))).toBe(53200)
    expect(codeOf(() => joinRoom(state, 'name', { identity: 'é'.repeat(65) }))).toBe(53201)
    expect(codeOf(() => joinRoom(state, 'name', { identity: '\uD800' }))).toBe(53202)
    expect(changes).toEqual([])
  })

  it('refuses the one too many, but not a newcomer who replaces someone', () => {
    const { state, changes } = setUpState()
    const room = createRoom(state, { settings: { maxParticipants: 1 } })
    const older = connectParticipant(state, room, { identity: 'alice' })
    expect(codeOf(() => connectParticipant(state, room, { identity: 'bob' }))).toBe(53105)
    const newer = connectParticipant(state, room, { identity: 'alice' })
    expect(changes).toContainEqual(expect.objectContaining({ participant: older, reason: 'duplicate-identity' }))
    expect(newer.sid).not.toBe(older.sid)
    expect(findParticipant(room, 'alice')).toBe(newer)
    expect(room.status).toBe('in-progress')
  })

  it('does not end an ad-hoc room when its only participant comes in anew', () => {
    const { state } = setUpState()
    const { room } = joinRoom(state, 'name', { identity: 'alice' })
    expect(joinRoom(state, 'name', { identity: 'alice' }).room).toBe(room)
  })
})

describe('participants', () => {
  it('keep their place while their connection is lost', () => {
    const { state, types } = setUpState()
    const alice = joinRoom(state, 'name', { identity: 'alice' })
    markReconnecting(state, alice)
    markReconnecting(state, alice)
    expect(findParticipant(alice.room, 'alice')?.status).toBe('reconnecting')
    markReconnected(state, alice)
    markReconnected(state, alice)
    expect(types().slice(2)).toEqual(['participant-reconnecting', 'participant-reconnected'])
  })

  it('lose their identity only after they have left', () => {
    const { state } = setUpState()
    const room = createRoom(state)
    const alice = connectParticipant(state, room, { identity: 'alice' })
    expect(codeOf(() => anonymizeParticipant(state, alice))).toBe(20001)
    disconnectParticipant(state, alice, 'left')
    anonymizeParticipant(state, alice)
    expect(alice.identity).toBe(alice.sid)
  })
})
