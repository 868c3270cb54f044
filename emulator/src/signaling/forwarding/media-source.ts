import type { Codec, Extension, MediaKind } from './description.ts'
import type { Dimensions } from '../media/video-selection.ts'
import { findKeyframe } from './keyframe.ts'
import { ReceivedStream } from './received-stream.ts'
import type { RtpPacket } from './rtp-packet.ts'
import type { Incoming } from './lines.ts'
import type { SourceListener } from './source-listener.ts'

/** Encoders make no keyframe more often than this without harm. */
const KEYFRAME_INTERVAL_MS = 250
/** How long a newcomer takes to connect: the keyframe that it begins with must still be recent by then. */
const CONNECTING_MS = 500
const MAX_LISTENERS = 1000

/** A track that a client publishes, as it arrives. */
export class MediaSource {
  readonly trackId: string
  readonly kind: MediaKind
  readonly mid: string
  readonly layers: ReceivedStream[]
  /** What the ids of its packets' header extensions stand for. */
  readonly extensions: readonly Extension[]
  readonly #codecs: Map<number, Codec>
  readonly #clockRate: number
  readonly #listeners = new Set<SourceListener>()
  readonly #requestKeyframe: (ssrc: number) => void

  constructor({ mid, section, codecs }: Incoming, requestKeyframe: (ssrc: number) => void) {
    this.trackId = section.trackId ?? ''
    this.kind = section.kind
    this.mid = mid
    this.extensions = section.extensions
    this.#clockRate = codecs[0]?.clockRate ?? 90_000
    this.layers = section.sources.map((source) => new ReceivedStream(source, this.#clockRate))
    this.#codecs = new Map(codecs.map((codec) => [codec.payloadType, codec]))
    this.#requestKeyframe = requestKeyframe
  }

  /** The codec of a payload type; `undefined` for what was not agreed on. */
  codecOf(payloadType: number): Codec | undefined {
    return this.#codecs.get(payloadType)
  }

  /** Adds an encoding that no description has named. */
  addLayer(ssrc: number): void {
    this.layers.push(new ReceivedStream({ ssrc, rtxSsrc: null }, this.#clockRate))
  }

  addListener(listener: SourceListener): void {
    if (this.#listeners.size < MAX_LISTENERS) this.#listeners.add(listener)
  }

  removeListener(listener: SourceListener): void {
    this.#listeners.delete(listener)
  }

  /** @param isRepair whether the packet was sent again, as it had been lost */
  receive(packet: RtpPacket, layer: number, nowMs: number, isRepair = false): void {
    const codec = this.#codecs.get(packet.payloadType)
    const stream = this.layers[layer]
    if (codec === undefined || stream === undefined) return
    // Browsers also repeat what has come, to find out how much they may send.
    if (isRepair && !stream.losses.isMissing(packet.sequence)) return
    const isLost = stream.receive(packet, nowMs, isRepair)
    const keyframe = findKeyframe(codec.name, packet.payload)
    if (keyframe?.dimensions) stream.dimensions = keyframe.dimensions
    const received = { ...packet, codec, isKeyframe: keyframe !== null }
    if (this.kind === 'video') stream.recent.add(received, nowMs)
    for (const listener of this.#listeners) listener.onPacket(received, layer, nowMs)
    if (isLost) this.requestKeyframe(layer, nowMs)
  }

  /** Tells those who forward a layer that its clock is known anew. */
  receiveSenderReport(layer: number): void {
    for (const listener of this.#listeners) listener.onSenderReport?.(layer)
  }

  /** Lets a listener have what came since a layer's last keyframe, if that is recent. */
  replay(listener: SourceListener, layer: number, nowMs: number): void {
    const packets = this.layers[layer]?.recent.packets(nowMs) ?? []
    for (const { packet, receivedAt } of packets) listener.onPacket(packet, layer, receivedAt)
  }

  /** Someone is to get the track soon: there is to be a keyframe by then. */
  prepareKeyframe(nowMs: number): void {
    const layer = this.nearestLayer(this.layers.length - 1, nowMs)
    // What has not begun yet begins with one.
    if (!this.#arrives(layer, nowMs)) return
    if (this.layers[layer]?.recent.isRecent(nowMs + CONNECTING_MS) !== true) this.requestKeyframe(layer, nowMs)
  }

  /** Asks the publisher for a keyframe, unless it was just asked. */
  requestKeyframe(layer: number, nowMs: number): void {
    const stream = this.layers[layer]
    if (this.kind !== 'video' || stream === undefined) return
    if (nowMs - stream.keyframeAskedAt < KEYFRAME_INTERVAL_MS) return
    stream.keyframeAskedAt = nowMs
    this.#requestKeyframe(stream.source.ssrc)
  }

  /** The layer that comes nearest to the one wanted, of those that arrive: smaller ones first. */
  nearestLayer(wanted: number, nowMs: number): number {
    for (let layer = wanted; layer >= 0; layer--) if (this.#arrives(layer, nowMs)) return layer
    for (let layer = wanted + 1; layer < this.layers.length; layer++) if (this.#arrives(layer, nowMs)) return layer
    return 0
  }

  #arrives(layer: number, nowMs: number): boolean {
    return this.layers[layer]?.isPaused(nowMs) === false
  }

  /** The size of a layer's pictures: as seen, or half the next larger one's. */
  dimensionsOf(layer: number): Dimensions | null {
    const seen = this.layers[layer]?.dimensions
    if (seen) return seen
    for (let other = 0; other < this.layers.length; other++) {
      const known = this.layers[other]?.dimensions
      if (!known) continue
      const scale = 2 ** (layer - other)
      return { width: Math.round(known.width * scale), height: Math.round(known.height * scale) }
    }
    return null
  }
}
