import type { RtpPacket } from './rtp-packet.ts'

/** A second of a large picture. */
const CAPACITY = 1024
/** A packet that was asked for twice in so short a time was asked for once too often. */
const RESEND_INTERVAL_MS = 15

/** The packets last sent, for those who ask for them again. */
export class PacketHistory {
  #entries: ({ packet: RtpPacket; resentAt: number } | undefined)[] = []

  add(packet: RtpPacket): void {
    this.#entries[packet.sequence % CAPACITY] = { packet, resentAt: -Infinity }
  }

  /** @returns the packet to be sent again; `undefined` when it is forgotten, or was only just sent again */
  take(sequence: number, nowMs: number): RtpPacket | undefined {
    const entry = this.#entries[sequence % CAPACITY]
    if (entry?.packet.sequence !== sequence || nowMs - entry.resentAt < RESEND_INTERVAL_MS) return undefined
    entry.resentAt = nowMs
    return entry.packet
  }

  clear(): void {
    this.#entries = []
  }
}
