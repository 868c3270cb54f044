import type { Codec } from './description.ts'
import type { RtpPacket } from './rtp-packet.ts'

/** Hears every packet of a track, in the order of arrival: who forwards it, and who might record it. */
export type SourceListener = {
  /** @param layer which of the track's encodings; of simulcast, 0 is the smallest */
  onPacket(packet: SourcePacket, layer: number, nowMs: number): void
  onSenderReport?(layer: number): void
}

export type SourcePacket = RtpPacket & { codec: Codec; isKeyframe: boolean }
