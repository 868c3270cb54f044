import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../clock.ts'
import { codeOf, MINUTE, setUpState } from '../../test/state.ts'
import {
  completeRoom,
  connectParticipant,
  createRoom,
  disconnectParticipant,
  findRoom,
  joinRoom,
  markReconnected,
  markReconnecting,
  publishTrack,
  resetState,
  setRecordingRules,
  unpublishTrack,
  type Participant,
  type Room,
  type State,
} from './index.ts'

describe('memory', () => {
  it('keeps the newest of what is over, and forgets the rest', () => {
    const { state } = setUpState({ retention: { completedRooms: 2, disconnectedParticipants: 3 } })
    const rooms = Array.from({ length: 5 }, (_, index) => {
      const { room } = joinRoom(state, `room-${index}`, { identity: 'alice' })
      completeRoom(state, room)
      return room
    })
    expect([...state.rooms.values()]).toEqual(rooms.slice(3))
    const lively = createRoom(state)
    const guests = Array.from({ length: 5 }, (_, index) =>
      connectParticipant(state, lively, { identity: `guest-${index}` }),
    )
    for (const guest of guests) disconnectParticipant(state, guest, 'left')
    expect([...lively.participants.values()]).toEqual(guests.slice(2))
  })

  it('holds no record and no timer after a reset', () => {
    const { state, clock, changes } = setUpState()
    joinRoom(state, 'name', { identity: 'alice' })
    createRoom(state)
    resetState(state)
    expect(state.rooms.size + state.roomsByName.size).toBe(0)
    expect(changes.at(-1)).toEqual({ type: 'reset' })
    const before = changes.length
    clock.advance(48 * 60 * MINUTE)
    expect(changes).toHaveLength(before)
  })
})

describe('listeners', () => {
  it('all hear changes in the order of their happening, even those that listeners make', () => {
    const { state } = setUpState()
    const announced: string[] = []
    state.onChange((change) => {
      if (change.type === 'participant-connected') disconnectParticipant(state, change.participant, 'removed')
    })
    state.onChange(({ type }) => announced.push(type))
    connectParticipant(state, createRoom(state), { identity: 'alice' })
    expect(announced).toEqual(['room-created', 'participant-connected', 'participant-disconnected'])
  })

  it('that fail keep nobody else from hearing', () => {
    const errors: unknown[] = []
    const { state } = setUpState({ reportError: (error) => errors.push(error) })
    const error = new Error('listener')
    state.onChange(() => {
      throw error
    })
    const announced: string[] = []
    const stop = state.onChange(({ type }) => announced.push(type))
    const room = createRoom(state)
    stop()
    completeRoom(state, room)
    expect([errors, announced]).toEqual([[error, error], ['room-created']])
  })
})

type Step =
  | { do: 'join'; room: string; identity: string }
  | { do: 'create'; room: string }
  | { do: 'complete'; room: string }
  | { do: 'wait'; minutes: number }
  | { do: 'leave' | 'publish' | 'unpublish' | 'lose' | 'return' | 'record'; pick: number }

it('keeps its invariants whatever is done to it', () => {
  const room = fc.constantFrom('x', 'y', 'z')
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ do: fc.constant('join' as const), room, identity: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.record({ do: fc.constant('create' as const), room }),
    fc.record({ do: fc.constant('complete' as const), room }),
    fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 300 }) }),
    fc.record({
      do: fc.constantFrom('leave' as const, 'publish' as const, 'unpublish' as const, 'lose' as const),
      pick: fc.nat(),
    }),
    fc.record({ do: fc.constantFrom('return' as const, 'record' as const), pick: fc.nat() }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { state, clock } = setUpState({
        retention: { completedRooms: 3, disconnectedParticipants: 4, recordings: 5 },
      })
      const seen: Participant[] = []
      for (const next of steps) {
        // An action may as well be refused: what matters is what is left.
        codeOf(() => take(state, clock, seen, next))
        checkInvariants([...state.rooms.values()])
        expect(state.past.rooms.size).toBeLessThanOrEqual(3)
        expect(state.past.participants.size).toBeLessThanOrEqual(4)
        expect([...state.roomsByName.values()].every(({ status }) => status === 'in-progress')).toBe(true)
      }
    }),
    { numRuns: 200 },
  )
})

function take(state: State, clock: Clock, seen: Participant[], step: Step): void {
  if (step.do === 'join') return void seen.push(joinRoom(state, step.room, { identity: step.identity }))
  if (step.do === 'create') return void createRoom(state, { name: step.room, settings: { maxParticipants: 2 } })
  if (step.do === 'complete') return completeRoom(state, findRoom(state, step.room) ?? createRoom(state))
  if (step.do === 'wait') return clock.advance(step.minutes * MINUTE)
  const participant = seen[step.pick % seen.length]
  if (!participant) return
  const [track] = participant.tracks.values()
  if (step.do === 'leave') disconnectParticipant(state, participant, 'left')
  if (step.do === 'lose') markReconnecting(state, participant)
  if (step.do === 'return') markReconnected(state, participant)
  if (step.do === 'record') setRecordingRules(state, participant.room, [{ type: 'include', all: true }])
  if (step.do === 'unpublish' && track) unpublishTrack(state, track)
  if (step.do === 'publish') publishTrack(state, participant, { kind: 'audio', name: `t${step.pick}` })
}

function checkInvariants(rooms: Room[]): void {
  for (const room of rooms) {
    const inside = [...room.participants.values()].filter(({ status }) => status !== 'disconnected')
    expect([...room.connected.values()]).toEqual(inside)
    expect(inside.length).toBeLessThanOrEqual(room.settings.maxParticipants)
    expect([...room.tracks.values()].toSorted((a, b) => a.ordinal - b.ordinal)).toEqual(
      inside.flatMap(({ tracks }) => [...tracks.values()]).toSorted((a, b) => a.ordinal - b.ordinal),
    )
    expect([...room.activeRecordings.keys()].every((sid) => room.tracks.has(sid))).toBe(true)
    if (room.status === 'completed') expect(inside).toEqual([])
  }
}
