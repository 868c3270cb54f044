import type { Delivery } from '../../emulator/test/browser/stage-types.ts'

/** What has come of one track so far, by the counters of the connection that it comes over. */
export type Arrived = Pick<Delivery, 'sid' | 'frames' | 'packets'>

/**
 * How many frames and packets came between two readings. Tracks count that both have: where there is too much to do,
 * some are subscribed to or lost in between, and connections are made anew, whose counters begin with nothing.
 */
export function countBetween(before: readonly Arrived[], after: readonly Arrived[]): Omit<Arrived, 'sid'> {
  const earlier = new Map(before.map((arrived) => [arrived.sid, arrived]))
  const total = { frames: 0, packets: 0 }
  for (const { sid, frames, packets } of after) {
    const first = earlier.get(sid)
    if (first === undefined) continue
    total.frames += since(first.frames, frames)
    total.packets += since(first.packets, packets)
  }
  return total
}

/** A counter that stands lower than before is another one. */
function since(before: number, after: number): number {
  return after < before ? after : after - before
}
