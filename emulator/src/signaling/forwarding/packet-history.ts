import type { RtpPacket } from './rtp-packet.ts'

/** What is later than this is of no use to anyone. */
const MAX_AGE_MS = 1000
/** A second of a large picture. */
const CAPACITY = 1024
/** A packet that was asked for twice in so short a time was asked for once too often. */
const RESEND_INTERVAL_MS = 15

/** As often as browsers ask. */
const MAX_RESENDS = 10

/** The packets last sent, for those who ask for them again. */
export class PacketHistory {
  /** By sequence number, in the order of sending. */
  readonly #entries = new Map<number, { packet: RtpPacket; sentAt: number; resentAt: number; resends: number }>()

  add(packet: RtpPacket, nowMs: number): void {
    this.#entries.delete(packet.sequence)
    this.#entries.set(packet.sequence, { packet, sentAt: nowMs, resentAt: -Infinity, resends: 0 })
    for (const [sequence, { sentAt }] of this.#entries) {
      if (nowMs - sentAt < MAX_AGE_MS && this.#entries.size <= CAPACITY) break
      this.#entries.delete(sequence)
    }
  }

  /** @returns the packet to be sent again; `undefined` when it is forgotten, was only just sent again, or too often */
  take(sequence: number, nowMs: number): RtpPacket | undefined {
    const entry = this.#entries.get(sequence)
    if (entry === undefined || nowMs - entry.resentAt < RESEND_INTERVAL_MS) return undefined
    if (++entry.resends > MAX_RESENDS) return undefined
    entry.resentAt = nowMs
    return entry.packet
  }

  clear(): void {
    this.#entries.clear()
  }
}
