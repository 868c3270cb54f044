import { EXTENSIONS, isRetransmission, repairedBy } from './codecs.ts'
import type { Incoming } from './lines.ts'
import { MediaSource } from './media-source.ts'
import type { ReceivedStream } from './received-stream.ts'
import {
  formatBitrate,
  formatKeyframeRequest,
  formatNack,
  formatReceiverReport,
  type SenderReport,
} from './rtcp-packet.ts'
import type { RtpPacket } from './rtp-packet.ts'
import { TransportFeedback } from './transport-feedback.ts'

export type UplinkEvents = {
  sendRtcp(packet: Buffer): void
  /** One audio packet's loudness, in decibels below the loudest possible: 0 to 127, which is silence. */
  onAudioLevel(decibelsBelowFull: number): void
}

/** Where a packet belongs, by its SSRC. */
type Route = { source: MediaSource; layer: number; isRepair: boolean }

const REPORT_MS = 1000
/** Feedback on the packets' arrival is to be a twentieth of what arrives, as browsers do it among themselves, */
const FEEDBACK_SHARE = 0.05
const FEEDBACK_BITS = 68 * 8
/** within these limits. */
const LEAST_FEEDBACK_MS = 80
const MOST_FEEDBACK_MS = 250
/** Blocks that one report has room for. Source: RFC 3550, 6.4.1. */
const MAX_BLOCKS = 31
/** As whom this end sends its reports. */
const LOCAL_SSRC = 1
/** Of all of a client's tracks: more than any app publishes. */
const MAX_ENCODINGS = 256

/** What one client sends: its tracks, and the feedback that its browser needs to send them well. */
export class Uplink {
  readonly sources = new Map<string, MediaSource>()
  readonly #events: UplinkEvents
  readonly #routes = new Map<number, Route>()
  readonly #feedback = new TransportFeedback()
  #transportSequenceId: number | undefined
  #audioLevelId: number | undefined
  #midId: number | undefined
  #reportedAt = 0
  #fedBackAt = 0
  #feedbackIntervalMs = LEAST_FEEDBACK_MS
  #roundTripMs = 100
  /** The share of packets lost on the way here of late, 0 to 1; `null` before it is known. */
  fractionLost: number | null = null
  #limit: number | null = null

  constructor(events: UplinkEvents) {
    this.#events = events
  }

  /** Sets the most that the client may send, in bits per second; `null` is as much as its network takes. */
  setLimit(limit: number | null): void {
    // More is told at once: someone waits for a better picture.
    if ((limit ?? Infinity) > (this.#limit ?? Infinity)) this.#reportedAt = 0
    this.#limit = limit
  }

  /** Takes what the client now sends. @returns whether any of it is another than before */
  update(incoming: readonly Incoming[], extensions: ReadonlyMap<string, number>): boolean {
    this.#transportSequenceId = extensions.get(EXTENSIONS.transportSequence)
    this.#audioLevelId = extensions.get(EXTENSIONS.audioLevel)
    this.#midId = extensions.get(EXTENSIONS.mid)
    const before = [...this.sources.values()]
    const current = new Map<string, MediaSource>()
    let encodings = 0
    for (const each of incoming) {
      encodings += Math.max(1, each.section.sources.length)
      if (encodings > MAX_ENCODINGS) break
      const known = before.find((source) => isSame(source, each))
      const source = known ?? new MediaSource(each, (ssrc) => this.#requestKeyframe(ssrc))
      current.set(source.trackId, source)
    }
    this.sources.clear()
    this.#routes.clear()
    for (const source of current.values()) {
      this.sources.set(source.trackId, source)
      for (const [layer, { source: stream }] of source.layers.entries()) {
        this.#routes.set(stream.ssrc, { source, layer, isRepair: false })
        if (stream.rtxSsrc !== null) this.#routes.set(stream.rtxSsrc, { source, layer, isRepair: true })
      }
    }
    return before.length !== this.sources.size || before.some((source) => this.sources.get(source.trackId) !== source)
  }

  receive(packet: RtpPacket, nowMs: number): void {
    for (const { id, value } of packet.extensions) {
      if (id === this.#transportSequenceId && value.length >= 2) this.#feedback.receive(value.readUInt16BE(0), nowMs)
    }
    const route = this.#routes.get(packet.ssrc) ?? this.#findByMid(packet)
    if (route === undefined) return
    const { source, layer, isRepair } = route
    const original = isRepair ? unwrap(packet, source, layer) : packet
    if (original === null) return
    if (source.kind === 'audio') this.#reportLevel(original)
    source.receive(original, layer, nowMs, isRepair)
  }

  receiveSenderReport(ssrc: number, report: SenderReport, nowMs: number): void {
    const route = this.#routes.get(ssrc)
    const stream = route?.source.layers[route.layer]
    if (route === undefined || stream === undefined || route.isRepair) return
    stream.lastSenderReport = { report, receivedAt: nowMs }
    route.source.receiveSenderReport(route.layer)
  }

  tick(nowMs: number, roundTripMs: number): void {
    this.#roundTripMs = roundTripMs
    for (const source of this.sources.values()) if (source.kind === 'video') this.#askForLost(source, nowMs)
    if (nowMs - this.#fedBackAt >= this.#feedbackIntervalMs) {
      this.#fedBackAt = nowMs
      // Chromium takes it only if it names one of its own streams.
      const [stream] = this.#startedStreams()
      const report = stream ? this.#feedback.report(LOCAL_SSRC, stream.source.ssrc) : null
      if (report) this.#events.sendRtcp(report)
    }
    if (nowMs - this.#reportedAt < REPORT_MS) return
    this.#reportedAt = nowMs
    this.#report(nowMs)
  }

  #report(nowMs: number): void {
    const streams = this.#startedStreams()
    if (streams.length === 0) return
    const arriving = streams.reduce((sum, { bitsPerSecond }) => sum + bitsPerSecond, 0)
    this.#feedbackIntervalMs = feedbackInterval(arriving)
    for (const { recent } of streams) recent.expire(nowMs)
    const blocks = streams.map((stream) => stream.report(nowMs))
    const expected = streams.reduce((sum, { lately }) => sum + lately.expected, 0)
    if (expected > 0) this.fractionLost = streams.reduce((sum, { lately }) => sum + lately.lost, 0) / expected
    for (let start = 0; start < blocks.length; start += MAX_BLOCKS) {
      const some = blocks.slice(start, start + MAX_BLOCKS)
      const ssrcs = some.map(({ ssrc }) => ssrc)
      const bitrate = formatBitrate(LOCAL_SSRC, ssrcs, this.#limit ?? UNLIMITED)
      this.#events.sendRtcp(Buffer.concat([formatReceiverReport(LOCAL_SSRC, some), bitrate]))
    }
  }

  #startedStreams(): ReceivedStream[] {
    return [...this.sources.values()].flatMap(({ layers }) => layers.filter(({ hasStarted }) => hasStarted))
  }

  #askForLost(source: MediaSource, nowMs: number): void {
    for (const [layer, stream] of source.layers.entries()) {
      if (stream.losses.isComplete) continue
      const { sequences, gaveUp } = stream.losses.due(nowMs, this.#roundTripMs)
      if (sequences.length > 0) this.#events.sendRtcp(formatNack(LOCAL_SSRC, stream.source.ssrc, sequences))
      if (gaveUp) source.requestKeyframe(layer, nowMs)
    }
  }

  #requestKeyframe(ssrc: number): void {
    this.#events.sendRtcp(formatKeyframeRequest(LOCAL_SSRC, ssrc))
  }

  #reportLevel({ extensions }: RtpPacket): void {
    const level = extensions.find(({ id }) => id === this.#audioLevelId)?.value[0]
    if (level !== undefined) this.#events.onAudioLevel(level & 0x7f)
  }

  /** A source that no description has named belongs to the line that its packets name. */
  #findByMid(packet: RtpPacket): Route | undefined {
    const mid = packet.extensions.find(({ id }) => id === this.#midId)?.value.toString('latin1')
    if (mid === undefined) return undefined
    const source = [...this.sources.values()].find((each) => each.mid === mid)
    // Only where the line has named none: other SSRCs would be repairs of unknown kinds.
    if (source === undefined || source.layers.length > 0) return undefined
    source.addLayer(packet.ssrc)
    const route = { source, layer: 0, isRepair: false }
    this.#routes.set(packet.ssrc, route)
    return route
  }
}

function feedbackInterval(bitsPerSecond: number): number {
  // Before the rate is known, the client wants to find out quickly how much it may send.
  if (bitsPerSecond === 0) return LEAST_FEEDBACK_MS
  const interval = (FEEDBACK_BITS * 1000) / (bitsPerSecond * FEEDBACK_SHARE)
  return Math.min(MOST_FEEDBACK_MS, Math.max(LEAST_FEEDBACK_MS, interval))
}

/** More than any browser sends. */
const UNLIMITED = 20_000_000

function isSame(source: MediaSource, { mid, section }: Incoming): boolean {
  if (source.mid !== mid || source.trackId !== section.trackId) return false
  return (
    section.sources.length === 0 ||
    (source.layers.length === section.sources.length &&
      source.layers.every(({ source: known }, index) => known.ssrc === section.sources[index]?.ssrc))
  )
}

/** The packet that a retransmission repeats. Source: RFC 4588, 4. */
function unwrap(packet: RtpPacket, source: MediaSource, layer: number): RtpPacket | null {
  const repair = source.codecOf(packet.payloadType)
  const ssrc = source.layers[layer]?.source.ssrc
  // Padding alone probes for bandwidth.
  if (repair === undefined || !isRetransmission(repair) || ssrc === undefined || packet.payload.length < 2) return null
  return {
    ...packet,
    ssrc,
    payloadType: repairedBy(repair),
    sequence: packet.payload.readUInt16BE(0),
    payload: packet.payload.subarray(2),
  }
}
