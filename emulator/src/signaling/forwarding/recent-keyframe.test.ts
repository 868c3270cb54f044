import { beforeEach, describe, expect, it } from 'vitest'
import type { SourcePacket } from './source-listener.ts'
import { RecentKeyframe } from './recent-keyframe.ts'

let recent: RecentKeyframe
beforeEach(() => {
  recent = new RecentKeyframe()
})

describe('RecentKeyframe', () => {
  it('holds what came since the last keyframe', () => {
    add(1, { atMs: 0 })
    expect(held(0)).toEqual([])
    add(2, { atMs: 10, isKeyframe: true })
    add(3, { atMs: 20 })
    expect(held(20)).toEqual([2, 3])
    add(4, { atMs: 30, isKeyframe: true })
    add(3, { atMs: 40 })
    expect(held(40)).toEqual([4])
  })

  it('takes a keyframe that begins in several packets for one', () => {
    add(65_535, { atMs: 0, isKeyframe: true, timestamp: 7 })
    add(0, { atMs: 0, isKeyframe: true, timestamp: 7 })
    add(1, { atMs: 10 })
    expect(held(10)).toEqual([65_535, 0, 1])
  })

  it('forgets what is a second old, or too much', () => {
    add(1, { atMs: 0, isKeyframe: true })
    expect(held(999)).toEqual([1])
    expect(held(1000)).toEqual([])
    add(2, { atMs: 1100, isKeyframe: true, size: 60_000 })
    expect(held(1100)).toEqual([2])
    add(3, { atMs: 1110, size: 60_000 })
    expect(held(1110)).toEqual([])
    add(4, { atMs: 1120 })
    expect(held(1120)).toEqual([])
  })
})

type Options = { atMs: number; isKeyframe?: boolean; timestamp?: number; size?: number }

function add(sequence: number, { atMs, isKeyframe = false, timestamp = sequence, size = 1 }: Options): void {
  const codec = { payloadType: 96, name: 'VP8', clockRate: 90_000, channels: 1, parameters: '', feedback: [] }
  const payload = Buffer.alloc(size)
  const header = { marker: true, payloadType: 96, ssrc: 1, extensions: [], sequence, timestamp }
  const packet: SourcePacket = { ...header, payload, codec, isKeyframe }
  recent.add(packet, atMs)
}

function held(nowMs: number): number[] {
  return recent.packets(nowMs).map(({ packet }) => packet.sequence)
}
