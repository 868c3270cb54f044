import type { StreamSource } from './description.ts'
import type { Dimensions } from '../media/video-selection.ts'
import { LossTracker } from './loss-tracker.ts'
import { RecentKeyframe } from './recent-keyframe.ts'
import type { ReportBlock, SenderReport } from './rtcp-packet.ts'
import type { RtpPacket } from './rtp-packet.ts'

/** Without a packet for so long, an encoding counts as paused. */
const PAUSED_MS = 1500
const RATE_WINDOW_MS = 1000

/** One encoding of a client's track as it arrives: what receiver reports and requests for lost packets are made from. */
export class ReceivedStream {
  readonly source: StreamSource
  readonly losses = new LossTracker()
  readonly recent = new RecentKeyframe()
  /** Of the last keyframe. */
  dimensions: Dimensions | null = null
  lastSenderReport: { report: SenderReport; receivedAt: number } | null = null
  /** When a keyframe was last asked for. */
  keyframeAskedAt = -Infinity
  bitsPerSecond = 0
  /** Between the last two reports. */
  lately = { expected: 0, lost: 0 }
  #clockRate: number
  /** Extended by how often it has wrapped. */
  #highest: number | null = null
  #base = 0
  #received = 0
  #before = { expected: 0, received: 0 }
  #jitter = 0
  #transit: number | null = null
  #lastPacketAt = -Infinity
  #window = { since: 0, bytes: 0 }

  constructor(source: StreamSource, clockRate: number) {
    this.source = source
    this.#clockRate = clockRate
  }

  get hasStarted(): boolean {
    return this.#highest !== null
  }

  isPaused(nowMs: number): boolean {
    return nowMs - this.#lastPacketAt > PAUSED_MS
  }

  /**
   * @param isRepair whether the packet was sent again: it had been lost, and its time on the way tells nothing
   * @returns whether so much is lost that only a keyframe helps
   */
  receive({ sequence, timestamp, payload }: RtpPacket, nowMs: number, isRepair = false): boolean {
    this.#lastPacketAt = nowMs
    this.#measureRate(payload.length, nowMs)
    if (!isRepair) this.#count(sequence, timestamp, nowMs)
    return this.losses.receive(sequence, nowMs)
  }

  /** What a receiver report says of this stream, since the last one. */
  report(nowMs: number): ReportBlock {
    const expected = (this.#highest ?? 0) - this.#base + 1
    const expectedNow = expected - this.#before.expected
    const lostNow = Math.max(0, expectedNow - (this.#received - this.#before.received))
    this.lately = { expected: expectedNow, lost: lostNow }
    this.#before = { expected, received: this.#received }
    const last = this.lastSenderReport
    return {
      ssrc: this.source.ssrc,
      fractionLost: expectedNow > 0 ? lostNow / expectedNow : 0,
      packetsLost: Math.max(0, expected - this.#received),
      highestSequence: this.#highest ?? 0,
      jitter: this.#jitter,
      lastReport: last ? ((last.report.ntpSeconds & 0xffff) * 0x10000 + (last.report.ntpFraction >>> 16)) >>> 0 : 0,
      delaySinceLastReport: last ? Math.round(((nowMs - last.receivedAt) / 1000) * 65_536) : 0,
    }
  }

  #count(sequence: number, timestamp: number, nowMs: number): void {
    this.#received++
    if (this.#highest === null) this.#highest = this.#base = sequence
    else this.#highest = Math.max(this.#highest, this.#highest + (((sequence - (this.#highest & 0xffff)) << 16) >> 16))
    const transit = ((nowMs * this.#clockRate) / 1000 - timestamp) % 2 ** 32
    if (this.#transit !== null) {
      const difference = Math.abs(transit - this.#transit)
      // A clock that wrapped, or was set, says nothing about the network.
      if (difference < this.#clockRate * 10) this.#jitter += (difference - this.#jitter) / 16
    }
    this.#transit = transit
  }

  #measureRate(bytes: number, nowMs: number): void {
    const window = this.#window
    window.bytes += bytes
    const elapsed = nowMs - window.since
    if (elapsed < RATE_WINDOW_MS) return
    const rate = (window.bytes * 8000) / elapsed
    this.bitsPerSecond = elapsed > RATE_WINDOW_MS * 3 ? rate : (this.bitsPerSecond + rate) / 2
    this.#window = { since: nowMs, bytes: 0 }
  }
}
