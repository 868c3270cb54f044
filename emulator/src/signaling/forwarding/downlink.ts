import { Forward } from './forward.ts'
import type { Agreed, Outgoing } from './lines.ts'
import type { ReportBlock, SenderReport } from './rtcp-packet.ts'
import { formatSenderReport } from './rtcp-packet.ts'
import type { RtpPacket } from './rtp-packet.ts'
import { BandwidthEstimate } from './bandwidth-estimate.ts'

export type DownlinkEvents = {
  sendRtp(packet: RtpPacket): void
  sendRtcp(packet: Buffer): void
}

const MEASURE_MS = 500
/** Of what sound took at the measurement before, the share that is still kept for it. */
const SOUND_KEPT = 0.9
/** Sender reports whose answers still count. */
const MAX_REPORTS = 32

/** What one client is sent: its tracks, what it says of how they arrive, and what that tells of its network. */
export class Downlink {
  readonly forwards = new Map<string, Forward>()
  readonly bandwidth = new BandwidthEstimate()
  roundTripMs = 100
  readonly #events: DownlinkEvents
  /** When sender reports went out, by the middle of their time. */
  readonly #reports = new Map<number, number>()
  #measuredAt = 0
  /** Sent since then, */
  #bytes = 0
  /** and of them, those of sound. */
  #soundBytes = 0
  /** What sound takes, in bits per second: it comes in bursts, and what it took lately is kept free for it. */
  #sound = 0

  constructor(events: DownlinkEvents) {
    this.#events = events
  }

  /** What the client's network takes of video beside the sound, which goes first; `Infinity` where nothing limits it. */
  get videoCapacity(): number {
    return Math.max(0, this.bandwidth.limit - this.#sound)
  }

  /** Begins to forward a track, once the client has agreed to it and it arrives. */
  add(outgoing: Outgoing): Forward {
    const isSound = outgoing.kind === 'audio'
    const forward = new Forward(outgoing, {
      sendRtp: (packet) => {
        const bytes = packet.payload.length + OVERHEAD
        this.#bytes += bytes
        if (isSound) this.#soundBytes += bytes
        this.#events.sendRtp(packet)
      },
      sendReport: (ssrc, report) => this.#sendReport(ssrc, report),
    })
    this.forwards.set(outgoing.trackId, forward)
    return forward
  }

  remove(trackId: string): void {
    this.forwards.get(trackId)?.close()
    this.forwards.delete(trackId)
  }

  agree(agreed: readonly Agreed[]): void {
    for (const [trackId, forward] of this.forwards) {
      forward.agree(agreed.find(({ outgoing }) => outgoing.trackId === trackId) ?? null)
    }
  }

  receiveReports(blocks: readonly ReportBlock[], nowMs: number): void {
    let worst = 0
    for (const block of blocks) {
      const forward = this.#forwardOf(block.ssrc)
      if (forward === undefined) continue
      worst = Math.max(worst, block.fractionLost)
      const sentAt = this.#reports.get(block.lastReport)
      if (block.lastReport === 0 || sentAt === undefined) continue
      const roundTrip = nowMs - sentAt - (block.delaySinceLastReport * 1000) / 65_536
      if (roundTrip >= 0 && roundTrip < 10_000) this.roundTripMs += (roundTrip - this.roundTripMs) / 4
    }
    this.bandwidth.receiveLoss(worst)
  }

  resend(ssrc: number, sequences: readonly number[], nowMs: number): void {
    this.#forwardOf(ssrc)?.resend(sequences, nowMs)
  }

  requestKeyframe(ssrc: number, nowMs: number): void {
    this.#forwardOf(ssrc)?.requestKeyframe(nowMs)
  }

  tick(nowMs: number): void {
    for (const forward of this.forwards.values()) forward.tick(nowMs)
    if (nowMs - this.#measuredAt < MEASURE_MS) return
    const elapsed = nowMs - this.#measuredAt
    this.#sound = Math.max((this.#soundBytes * 8000) / elapsed, this.#sound * SOUND_KEPT)
    this.bandwidth.tick((this.#bytes * 8000) / elapsed, this.roundTripMs, nowMs)
    this.#measuredAt = nowMs
    this.#bytes = 0
    this.#soundBytes = 0
  }

  close(): void {
    for (const forward of this.forwards.values()) forward.close()
    this.forwards.clear()
  }

  #sendReport(ssrc: number, report: SenderReport): void {
    const middle = ((report.ntpSeconds & 0xffff) * 0x10000 + (report.ntpFraction >>> 16)) >>> 0
    this.#reports.set(middle, performance.now())
    const [oldest] = this.#reports.keys()
    if (this.#reports.size > MAX_REPORTS && oldest !== undefined) this.#reports.delete(oldest)
    this.#events.sendRtcp(formatSenderReport(ssrc, report))
  }

  #forwardOf(ssrc: number): Forward | undefined {
    for (const forward of this.forwards.values()) if (forward.outgoing.ssrc === ssrc) return forward
    return undefined
  }
}

/** Headers of RTP, SRTP, UDP and IP. */
const OVERHEAD = 68
