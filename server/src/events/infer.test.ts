import type { Participant, RoomEvent } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import { inferMissing } from './infer.ts'
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
})
