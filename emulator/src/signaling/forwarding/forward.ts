import { findPayloadTypes, type PayloadTypes } from './codecs.ts'
import type { Codec } from './description.ts'
import { ExtensionTranslator } from './header-extensions.ts'
import type { Agreed, Outgoing } from './lines.ts'
import type { MediaSource } from './media-source.ts'
import type { SourceListener, SourcePacket } from './source-listener.ts'
import { PacketHistory } from './packet-history.ts'
import { sequenceDistance, type RtpPacket } from './rtp-packet.ts'
import type { SenderReport } from './rtcp-packet.ts'

export type ForwardEvents = {
  sendRtp(packet: RtpPacket): void
  sendReport(ssrc: number, report: SenderReport): void
}

const MAX_DISTANCE = 0x4000
const NTP_FRACTION = 2 ** 32

/**
 * One track on its way to one client. The client sees one stream under one SSRC, with sequence numbers and timestamps
 * that go on evenly, whichever layer it is taken from and however often it was paused.
 */
export class Forward implements SourceListener {
  readonly outgoing: Outgoing
  readonly #events: ForwardEvents
  #source: MediaSource | null = null
  /** What the client takes. */
  #agreed: Agreed | null = null
  #payloadTypes = new Map<Codec, PayloadTypes | null>()
  #extensions = new ExtensionTranslator([], [])
  /** What the client is to get; `null` is nothing. */
  #target: number | null = null
  /** What it gets; another until the nearest to `#target` that arrives has a keyframe. */
  #layer: number | null = null
  /** The first packet since the last switch: what is older belongs to before. */
  #firstSequence = 0
  #sequenceOffset = 0
  #timestampOffset = 0
  #lastSequence = Math.floor(Math.random() * 0x8000)
  #lastTimestamp = Math.floor(Math.random() * 2 ** 31)
  #lastSentAt = 0
  #rtxSequence = Math.floor(Math.random() * 0x8000)
  readonly #history = new PacketHistory()
  packets = 0
  bytes = 0

  constructor(outgoing: Outgoing, events: ForwardEvents) {
    this.outgoing = outgoing
    this.#events = events
  }

  get source(): MediaSource | null {
    return this.#source
  }

  get isAgreed(): boolean {
    return this.#agreed !== null
  }

  /** Takes the packets from here, from now on. */
  attach(source: MediaSource | null): void {
    if (source === this.#source) return
    this.#source?.removeListener(this)
    this.#source = source
    this.#layer = null
    this.#prepare()
    source?.addListener(this)
    source?.prepareKeyframe(performance.now())
  }

  /** Sends in the client's terms; `null` while it takes nothing. */
  agree(agreed: Agreed | null): void {
    this.#agreed = agreed
    this.#prepare()
  }

  /** The layer that is being sent; `null` while none is. */
  get layer(): number | null {
    return this.#layer
  }

  get target(): number | null {
    return this.#target
  }

  /** Chooses the layer to be sent, or none. */
  setTarget(layer: number | null, nowMs: number): void {
    if (layer === this.#target) return
    this.#target = layer
    if (layer === null) this.#layer = null
    else this.tick(nowMs)
  }

  /** The client can't go on without a keyframe. */
  requestKeyframe(nowMs: number): void {
    const layer = this.#layer ?? this.#wanted(nowMs)
    if (layer !== null) this.#source?.requestKeyframe(layer, nowMs)
  }

  /** To be called now and then: begins where it can, and else asks for the keyframe that has not come. */
  tick(nowMs: number): void {
    const wanted = this.#wanted(nowMs)
    if (wanted === null || wanted === this.#layer) return
    // Who is sent another layer already would see the last moment again.
    if (this.#layer === null && this.#agreed !== null) this.#source?.replay(this, wanted, nowMs)
    if (this.#layer !== wanted) this.#source?.requestKeyframe(wanted, nowMs)
  }

  onPacket(packet: SourcePacket, layer: number, nowMs: number): void {
    if (this.#target === null || this.#agreed === null) return
    const types = this.#payloadTypesOf(packet.codec)
    if (types === null) return
    if (layer !== this.#layer) {
      if (!packet.isKeyframe || layer !== this.#wanted(nowMs)) return
      this.#switchTo(layer, packet, nowMs)
    } else {
      const distance = sequenceDistance(packet.sequence, this.#firstSequence)
      if (distance < 0) return
      // Moved along before half of all sequence numbers have passed, after which they would count as older.
      if (distance > MAX_DISTANCE) this.#firstSequence = (packet.sequence - MAX_DISTANCE / 2) & 0xffff
    }
    const sequence = (packet.sequence + this.#sequenceOffset) & 0xffff
    const timestamp = (packet.timestamp + this.#timestampOffset) >>> 0
    const { ssrc } = this.outgoing
    const sent: RtpPacket = {
      marker: packet.marker,
      payloadType: types.media,
      sequence,
      timestamp,
      ssrc,
      extensions: this.#extensions.translate(packet.extensions),
      payload: packet.payload,
    }
    if (sequenceDistance(sequence, this.#lastSequence) > 0) {
      this.#lastSequence = sequence
      this.#lastTimestamp = timestamp
      this.#lastSentAt = nowMs
    }
    if (this.outgoing.kind === 'video') this.#history.add(sent, nowMs)
    this.#send(sent)
  }

  onSenderReport(layer: number): void {
    if (layer === this.#layer) this.#sendReport(performance.now())
  }

  /** Sends packets that the client has not got, as retransmissions where it knows those. */
  resend(sequences: readonly number[], nowMs: number): void {
    const types = [...this.#payloadTypes.values()]
    for (const sequence of sequences) {
      const packet = this.#history.take(sequence, nowMs)
      if (packet === undefined) continue
      const retransmission = types.find((each) => each?.media === packet.payloadType)?.retransmission
      if (retransmission == null) {
        this.#send(packet)
        continue
      }
      const original = Buffer.alloc(2)
      original.writeUInt16BE(sequence)
      this.#rtxSequence = (this.#rtxSequence + 1) & 0xffff
      this.#send({
        ...packet,
        payloadType: retransmission,
        ssrc: this.outgoing.rtxSsrc,
        sequence: this.#rtxSequence,
        payload: Buffer.concat([original, packet.payload]),
      })
    }
  }

  close(): void {
    this.attach(null)
    this.#history.clear()
  }

  #wanted(nowMs: number): number | null {
    return this.#target === null ? null : (this.#source?.nearestLayer(this.#target, nowMs) ?? null)
  }

  #switchTo(layer: number, packet: SourcePacket, nowMs: number): void {
    const clockRate = packet.codec.clockRate
    // A new clock: it goes on from the old one by the time that has passed.
    const elapsed =
      this.#lastSentAt === 0 ? 0 : Math.max(1, Math.round(((nowMs - this.#lastSentAt) * clockRate) / 1000))
    this.#firstSequence = packet.sequence
    this.#sequenceOffset = (this.#lastSequence + 1 - packet.sequence) & 0xffff
    this.#timestampOffset = (this.#lastTimestamp + elapsed - packet.timestamp) >>> 0
    this.#layer = layer
    this.#sendReport(nowMs)
  }

  #send(packet: RtpPacket): void {
    this.packets++
    this.bytes += packet.payload.length
    this.#events.sendRtp({ ...packet, extensions: this.#extensions.stamp(packet.extensions) })
  }

  /** Tells the client which moment of the publisher's clock a timestamp stands for, so that sound and picture agree. */
  #sendReport(nowMs: number): void {
    const stream = this.#source?.layers[this.#layer ?? -1]
    const last = stream?.lastSenderReport
    if (!last) return
    const seconds = (nowMs - last.receivedAt) / 1000
    const clockRate = this.outgoing.kind === 'audio' ? 48_000 : 90_000
    const fraction = last.report.ntpFraction / NTP_FRACTION + seconds
    this.#events.sendReport(this.outgoing.ssrc, {
      ntpSeconds: (last.report.ntpSeconds + Math.floor(fraction)) >>> 0,
      ntpFraction: Math.floor((fraction - Math.floor(fraction)) * NTP_FRACTION),
      rtpTimestamp: (last.report.rtpTimestamp + Math.round(seconds * clockRate) + this.#timestampOffset) >>> 0,
      packets: this.packets,
      bytes: this.bytes,
    })
  }

  #prepare(): void {
    this.#payloadTypes = new Map()
    this.#extensions = new ExtensionTranslator(this.#source?.extensions ?? [], this.#agreed?.extensions ?? [])
  }

  #payloadTypesOf(codec: Codec): PayloadTypes | null {
    let types = this.#payloadTypes.get(codec)
    if (types === undefined) {
      types = findPayloadTypes(codec, this.#agreed?.codecs ?? [])
      this.#payloadTypes.set(codec, types)
    }
    return types
  }
}
