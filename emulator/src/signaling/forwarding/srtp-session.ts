import { parseRtpPacket, rtpHeaderLength, formatRtpHeader, type RtpPacket } from './rtp-packet.ts'
import type { SrtpCipher } from './srtp.ts'

/** More sources than any client has at a time; beyond that the oldest is forgotten. */
const MAX_SOURCES = 512
const REPLAY_WINDOW = 1024
const RTCP_INDEX_END = 0x7fffffff

type Received = { highest: number; seen: Set<number> }

/** SRTP both ways: extends sequence numbers to the index that the ciphers need, and drops packets that come twice. */
export class SrtpSession {
  readonly #local: SrtpCipher
  readonly #remote: SrtpCipher
  /** Indexes of the packets received, by source. */
  readonly #received = new Map<number, Received>()
  /** The highest index sent, by source. */
  readonly #sent = new Map<number, number>()
  #rtcpIndex = 0

  constructor(local: SrtpCipher, remote: SrtpCipher) {
    this.#local = local
    this.#remote = remote
  }

  encryptRtp(packet: RtpPacket): Buffer {
    const index = extend(packet.sequence, this.#sent.get(packet.ssrc))
    this.#sent.set(packet.ssrc, Math.max(index, this.#sent.get(packet.ssrc) ?? 0))
    return this.#local.encryptRtp(formatRtpHeader(packet), packet.payload, packet.ssrc, index)
  }

  /** @returns `null` for what is not authentic, came before, or is no RTP */
  decryptRtp(sealed: Buffer): RtpPacket | null {
    const headerLength = rtpHeaderLength(sealed)
    if (headerLength === null) return null
    const sequence = sealed.readUInt16BE(2)
    const ssrc = sealed.readUInt32BE(8)
    const received = this.#received.get(ssrc)
    const index = extend(sequence, received?.highest)
    if (received && (index <= received.highest - REPLAY_WINDOW || received.seen.has(index))) return null
    const payload = this.#remote.decryptRtp(sealed, headerLength, ssrc, index)
    if (payload === null) return null
    this.#note(ssrc, index)
    return parseRtpPacket(Buffer.concat([sealed.subarray(0, headerLength), payload]))
  }

  /** @param packet a compound packet, whose first part names the sender */
  encryptRtcp(packet: Buffer): Buffer {
    this.#rtcpIndex = this.#rtcpIndex === RTCP_INDEX_END ? 1 : this.#rtcpIndex + 1
    return this.#local.encryptRtcp(packet, packet.readUInt32BE(4), this.#rtcpIndex)
  }

  decryptRtcp(sealed: Buffer): Buffer | null {
    return this.#remote.decryptRtcp(sealed)
  }

  /** Forgets a source that is no longer sent. */
  forget(ssrc: number): void {
    this.#sent.delete(ssrc)
  }

  #note(ssrc: number, index: number): void {
    let received = this.#received.get(ssrc)
    if (!received) {
      const [oldest] = this.#received.keys()
      if (this.#received.size >= MAX_SOURCES && oldest !== undefined) this.#received.delete(oldest)
      received = { highest: index, seen: new Set() }
      this.#received.set(ssrc, received)
    }
    received.seen.add(index)
    received.highest = Math.max(received.highest, index)
    if (received.seen.size > REPLAY_WINDOW * 2) {
      for (const old of received.seen) if (old <= received.highest - REPLAY_WINDOW) received.seen.delete(old)
    }
  }
}

/** The index of the packet with this sequence number that is nearest to the highest so far. */
function extend(sequence: number, highest: number | undefined): number {
  if (highest === undefined) return sequence
  const index = highest + (((sequence - (highest & 0xffff)) << 16) >> 16)
  return index < 0 ? index + 0x10000 : index
}
