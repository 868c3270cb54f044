import type { Participant, RoomEvent } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import { inferForgotten, inferMissing } from './infer.ts'
import type { RoomState } from './room-state.ts'

const roomSid = `RM${'1'.repeat(32)}` as RoomEvent['roomSid']
const sids = { bob: `PA${'2'.repeat(32)}`, mic: `MT${'3'.repeat(32)}` }

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 9, 0, seconds)).toISOString()
/** As REST says it: without a fraction. */
const rest = (seconds: number) => at(seconds).replace('.000Z', 'Z')

function createState({
  endedAt = null,
  leftAt = null,
  hasTrack = true,
}: {
  endedAt?: number | null
  leftAt?: number | null
  hasTrack?: boolean
}): RoomState {
  const end = endedAt === null ? null : rest(endedAt)
  const left = leftAt === null ? null : rest(leftAt)
  const bob = { sid: sids.bob, roomSid, identity: 'bob', joinedAt: rest(1), leftAt: left, duration: left && 4 }
  const track = { sid: sids.mic, participantSid: sids.bob, name: 'mic', kind: 'audio', createdAt: rest(2) }
  return {
    room: { sid: roomSid, name: 'standup', createdAt: rest(0), endedAt: end, duration: end && 9 },
    participants: [{ ...bob, status: left === null ? 'connected' : 'disconnected' } as Participant],
    tracks: hasTrack ? [track] : [],
  } as unknown as RoomState
}

const options = { before: Date.parse(at(60)), missedAt: () => Date.parse(at(50)) }
/** The log of a room where bob is inside, with a track. */
const known = inferMissing([], createState({}), options).map((event, index) => ({ ...event, id: String(index) }))
const brief = (events: readonly { type: string; at: string }[]) => events.map((event) => [event.type, event.at])

describe('what is missing in the log', () => {
  test('is all of it, where nothing is known', () => {
    const missing = inferMissing([], createState({}), options)
    expect(brief(missing)).toEqual([
      ['room-created', at(0)],
      ['participant-connected', at(1)],
      ['track-added', at(2)],
    ])
    expect(missing.every(({ inferred, roomName }) => inferred && roomName === 'standup')).toBe(true)
  })

  test('is nothing that is known already, whatever its time', () => {
    const known = inferMissing([], createState({}), options).map((event, index) => ({
      ...event,
      id: String(index),
      at: at(7),
      inferred: false,
    }))
    expect(inferMissing(known, createState({}), options)).toEqual([])
    const gone = inferMissing(known, createState({ endedAt: 9, leftAt: 5, hasTrack: false }), options)
    expect(brief(gone)).toEqual([
      ['track-removed', at(5)],
      ['participant-disconnected', at(5)],
      ['room-ended', at(9)],
    ])
    // One that is gone while its participant is inside: when it was missed first.
    expect(brief(inferMissing(known, createState({ hasTrack: false }), options))).toEqual([['track-removed', at(50)]])
  })

  test('is not what may still be reported', () => {
    const before = Date.parse(at(1))
    expect(brief(inferMissing([], createState({}), { ...options, before }))).toEqual([
      ['room-created', at(0)],
      ['participant-connected', at(1)],
    ])
  })

  test('is all of a room that has ended long enough ago, though somebody left a second after its end', () => {
    const state = createState({ endedAt: 9, leftAt: 10, hasTrack: false })
    expect(brief(inferMissing(known, state, { ...options, before: Date.parse(at(9)) + 500 }))).toEqual([
      ['room-ended', at(9)],
      ['track-removed', at(10)],
      ['participant-disconnected', at(10)],
    ])
  })

  test('is that everybody left when the room ended, also those whom Twilio does not list', () => {
    const unlisted = { ...createState({ endedAt: 9, hasTrack: false }), participants: [] }
    const missing = inferMissing(known, unlisted, options)
    expect(brief(missing)).toEqual([
      ['track-removed', at(9)],
      ['participant-disconnected', at(9)],
      ['room-ended', at(9)],
    ])
    expect(missing[1]).toMatchObject({ participantSid: sids.bob, identity: 'bob', duration: null })
    // Whoever is listed neither as inside nor as gone in a room that goes on may be reconnecting.
    expect(inferMissing(known, { ...createState({ hasTrack: false }), participants: [] }, options)).toEqual([])
  })
})

describe('of a room that Twilio no longer knows', () => {
  const late = { now: Date.parse(at(90)), quietMs: 60_000 }

  test('is that it ended, and that everybody left it, now', () => {
    expect(brief(inferForgotten(known, late))).toEqual([
      ['track-removed', at(90)],
      ['participant-disconnected', at(90)],
      ['room-ended', at(90)],
    ])
  })

  test('is that everybody left when it ended, where that is known', () => {
    const ended = { ...known[0], type: 'room-ended', at: at(9), duration: 9, id: '9' } as RoomEvent
    expect(brief(inferForgotten([...known, ended], late))).toEqual([
      ['track-removed', at(9)],
      ['participant-disconnected', at(9)],
    ])
  })

  test('is nothing, while it may be too new for Twilio to know, or nothing is known here either', () => {
    expect(inferForgotten(known, { ...late, now: Date.parse(at(61)) })).toEqual([])
    expect(inferForgotten([], late)).toEqual([])
  })
})
