import type { SourcePacket } from './source-listener.ts'
import { sequenceDistance } from './rtp-packet.ts'

/** Older pictures would be seen to rush by. */
const MAX_AGE_MS = 1000
/** All of it is sent at once, and must not keep a slow network busy for long. */
const MAX_BYTES = 100_000

export type RecentPacket = { packet: SourcePacket; receivedAt: number }

/**
 * What came of an encoding since its last keyframe, as long as that is recent: whoever is new begins with it, without
 * the publisher making another.
 */
export class RecentKeyframe {
  #packets: RecentPacket[] = []
  #bytes = 0

  add(packet: SourcePacket, nowMs: number): void {
    const first = this.#packets[0]
    // A keyframe may begin in several packets, all of one moment.
    if (packet.isKeyframe && packet.timestamp !== first?.packet.timestamp) this.#clear()
    else if (first === undefined) return
    else if (sequenceDistance(packet.sequence, first.packet.sequence) < 0) return
    this.#packets.push({ packet, receivedAt: nowMs })
    this.#bytes += packet.payload.length
    if (this.#bytes > MAX_BYTES) this.#clear()
    else this.expire(nowMs)
  }

  isRecent(nowMs: number): boolean {
    const [first] = this.#packets
    return first !== undefined && nowMs - first.receivedAt < MAX_AGE_MS
  }

  /** Gives up what nobody would begin with any more. */
  expire(nowMs: number): void {
    if (!this.isRecent(nowMs)) this.#clear()
  }

  /** In the order of arrival, beginning with the keyframe; none when that is not recent. */
  packets(nowMs: number): readonly RecentPacket[] {
    return this.isRecent(nowMs) ? this.#packets : []
  }

  #clear(): void {
    this.#packets = []
    this.#bytes = 0
  }
}
