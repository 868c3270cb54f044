/** An RTP packet. Source: RFC 3550, 5.1; header extensions RFC 8285. */
export type RtpPacket = {
  marker: boolean
  payloadType: number
  /** 0 to 65535. */
  sequence: number
  /** 0 to 2³² − 1. */
  timestamp: number
  ssrc: number
  /** By the extension's id. */
  extensions: readonly HeaderExtension[]
  payload: Buffer
}

export type HeaderExtension = { id: number; value: Buffer }

const ONE_BYTE_PROFILE = 0xbede
/** The low four bits of a two-byte profile are the application's. */
const TWO_BYTE_PROFILE = 0x1000
const FIXED_LENGTH = 12

/** The length of the header, extensions included; `null` when it does not fit into the packet. */
export function rtpHeaderLength(packet: Buffer): number | null {
  if (packet.length < FIXED_LENGTH || packet.readUInt8(0) >> 6 !== 2) return null
  const first = packet.readUInt8(0)
  let length = FIXED_LENGTH + (first & 0x0f) * 4
  if (first & 0x10) {
    if (packet.length < length + 4) return null
    length += 4 + packet.readUInt16BE(length + 2) * 4
  }
  return length <= packet.length ? length : null
}

/** @returns `null` when it is no RTP packet */
export function parseRtpPacket(packet: Buffer): RtpPacket | null {
  const length = rtpHeaderLength(packet)
  if (length === null) return null
  const first = packet.readUInt8(0)
  const padding = first & 0x20 ? packet.readUInt8(packet.length - 1) : 0
  if (length + padding > packet.length) return null
  const second = packet.readUInt8(1)
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    extensions: first & 0x10 ? parseExtensions(packet, FIXED_LENGTH + (first & 0x0f) * 4, length) : [],
    payload: packet.subarray(length, packet.length - padding),
  }
}

/** The header of a packet without CSRCs and padding; extensions in the one-byte form, so ids up to 14. */
export function formatRtpHeader(packet: Omit<RtpPacket, 'payload'>): Buffer {
  const { extensions } = packet
  let size = 0
  for (const { value } of extensions) size += 1 + value.length
  const words = Math.ceil(size / 4)
  const header = Buffer.alloc(extensions.length > 0 ? FIXED_LENGTH + 4 + words * 4 : FIXED_LENGTH)
  header[0] = 0x80 | (extensions.length > 0 ? 0x10 : 0)
  header[1] = (packet.marker ? 0x80 : 0) | packet.payloadType
  header.writeUInt16BE(packet.sequence, 2)
  header.writeUInt32BE(packet.timestamp, 4)
  header.writeUInt32BE(packet.ssrc, 8)
  if (extensions.length === 0) return header
  header.writeUInt16BE(ONE_BYTE_PROFILE, 12)
  header.writeUInt16BE(words, 14)
  let at = 16
  for (const { id, value } of extensions) {
    header[at] = (id << 4) | (value.length - 1)
    value.copy(header, at + 1)
    at += 1 + value.length
  }
  return header
}

/** How far `sequence` is ahead of `from`, −32768 to 32767: sequence numbers wrap. */
export function sequenceDistance(sequence: number, from: number): number {
  return ((sequence - from) << 16) >> 16
}

function parseExtensions(packet: Buffer, start: number, end: number): HeaderExtension[] {
  const profile = packet.readUInt16BE(start)
  const isOneByte = profile === ONE_BYTE_PROFILE
  if (!isOneByte && (profile & 0xfff0) !== TWO_BYTE_PROFILE) return []
  const extensions: HeaderExtension[] = []
  let at = start + 4
  while (at < end) {
    const first = packet.readUInt8(at)
    if (first === 0) {
      at++
      continue
    }
    const id = isOneByte ? first >> 4 : first
    if ((isOneByte && id === 15) || (!isOneByte && at + 1 >= end)) break
    const length = isOneByte ? (first & 0x0f) + 1 : packet.readUInt8(at + 1)
    at += isOneByte ? 1 : 2
    if (at + length > end) break
    extensions.push({ id, value: packet.subarray(at, at + length) })
    at += length
  }
  return extensions
}
