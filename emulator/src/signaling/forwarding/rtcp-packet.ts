/** The RTCP that a media server takes and makes. Source: RFC 3550, 6; RFC 4585, 6; draft-alvestrand-rmcat-remb. */
export type RtcpPacket =
  | { type: 'sender-report'; ssrc: number; report: SenderReport; blocks: ReportBlock[] }
  | { type: 'receiver-report'; ssrc: number; blocks: ReportBlock[] }
  | { type: 'nack'; mediaSsrc: number; sequences: number[] }
  | { type: 'keyframe-request'; mediaSsrc: number }
  | { type: 'bitrate'; bitsPerSecond: number }

export type SenderReport = {
  /** Seconds and fraction since 1900, as two 32-bit numbers. */
  ntpSeconds: number
  ntpFraction: number
  rtpTimestamp: number
  packets: number
  bytes: number
}

export type ReportBlock = {
  ssrc: number
  /** 0 to 1, since the report before. */
  fractionLost: number
  packetsLost: number
  highestSequence: number
  /** In units of the track's clock. */
  jitter: number
  /** The middle 32 bits of the last sender report's time; 0 is none. */
  lastReport: number
  /** In 1/65536 seconds. */
  delaySinceLastReport: number
}

const SENDER_REPORT = 200
const RECEIVER_REPORT = 201
const TRANSPORT_FEEDBACK = 205
const PAYLOAD_FEEDBACK = 206
const NACK = 1
const PICTURE_LOSS = 1
const FULL_INTRA_REQUEST = 4
const APPLICATION_LAYER = 15
const REMB = 0x52454d42
/** Asked for at once; a client that lost more needs a keyframe. */
const MAX_NACKED = 512

/** Reads a compound packet as far as it is well-formed; what is not known is left out. */
export function parseRtcp(compound: Buffer): RtcpPacket[] {
  const packets: RtcpPacket[] = []
  for (let at = 0; at + 8 <= compound.length;) {
    const length = (compound.readUInt16BE(at + 2) + 1) * 4
    if (compound.readUInt8(at) >> 6 !== 2 || at + length > compound.length) break
    const packet = compound.subarray(at, at + length)
    const parsed = parsePacket(packet, compound.readUInt8(at + 1), compound.readUInt8(at) & 0x1f)
    if (parsed) packets.push(parsed)
    at += length
  }
  return packets
}

export function formatSenderReport(ssrc: number, report: SenderReport): Buffer {
  const packet = createPacket(SENDER_REPORT, 0, 28)
  packet.writeUInt32BE(ssrc, 4)
  packet.writeUInt32BE(report.ntpSeconds, 8)
  packet.writeUInt32BE(report.ntpFraction, 12)
  packet.writeUInt32BE(report.rtpTimestamp, 16)
  packet.writeUInt32BE(report.packets >>> 0, 20)
  packet.writeUInt32BE(report.bytes >>> 0, 24)
  return packet
}

/** At most 31 blocks fit into one packet. */
export function formatReceiverReport(ssrc: number, blocks: readonly ReportBlock[]): Buffer {
  const packet = createPacket(RECEIVER_REPORT, blocks.length, 8 + blocks.length * 24)
  packet.writeUInt32BE(ssrc, 4)
  for (const [index, block] of blocks.entries()) {
    const at = 8 + index * 24
    packet.writeUInt32BE(block.ssrc, at)
    packet.writeUInt8(Math.min(255, Math.floor(block.fractionLost * 256)), at + 4)
    packet.writeIntBE(Math.min(0x7fffff, block.packetsLost), at + 5, 3)
    packet.writeUInt32BE(block.highestSequence >>> 0, at + 8)
    packet.writeUInt32BE(Math.floor(block.jitter) >>> 0, at + 12)
    packet.writeUInt32BE(block.lastReport >>> 0, at + 16)
    packet.writeUInt32BE(block.delaySinceLastReport >>> 0, at + 20)
  }
  return packet
}

/** @param sequences in ascending order */
export function formatNack(ssrc: number, mediaSsrc: number, sequences: readonly number[]): Buffer {
  const items: [first: number, mask: number][] = []
  for (const sequence of sequences) {
    const last = items.at(-1)
    const offset = last === undefined ? 0 : (sequence - last[0]) & 0xffff
    if (last !== undefined && offset >= 1 && offset <= 16) last[1] |= 1 << (offset - 1)
    else items.push([sequence, 0])
  }
  const packet = createPacket(TRANSPORT_FEEDBACK, NACK, 12 + items.length * 4)
  packet.writeUInt32BE(ssrc, 4)
  packet.writeUInt32BE(mediaSsrc, 8)
  for (const [index, [first, mask]] of items.entries()) {
    packet.writeUInt16BE(first, 12 + index * 4)
    packet.writeUInt16BE(mask, 14 + index * 4)
  }
  return packet
}

/** Picture loss indication: asks for a keyframe. */
export function formatKeyframeRequest(ssrc: number, mediaSsrc: number): Buffer {
  const packet = createPacket(PAYLOAD_FEEDBACK, PICTURE_LOSS, 12)
  packet.writeUInt32BE(ssrc, 4)
  packet.writeUInt32BE(mediaSsrc, 8)
  return packet
}

/** The most that a sender may send, over all its tracks. */
export function formatBitrate(ssrc: number, mediaSsrcs: readonly number[], bitsPerSecond: number): Buffer {
  const packet = createPacket(PAYLOAD_FEEDBACK, APPLICATION_LAYER, 20 + mediaSsrcs.length * 4)
  packet.writeUInt32BE(ssrc, 4)
  packet.writeUInt32BE(REMB, 12)
  const exponent = Math.max(0, Math.ceil(Math.log2((bitsPerSecond + 1) / 2 ** 18)))
  const mantissa = Math.floor(bitsPerSecond / 2 ** exponent)
  packet.writeUInt32BE(((mediaSsrcs.length << 24) | (exponent << 18) | mantissa) >>> 0, 16)
  for (const [index, mediaSsrc] of mediaSsrcs.entries()) packet.writeUInt32BE(mediaSsrc, 20 + index * 4)
  return packet
}

function parsePacket(packet: Buffer, type: number, count: number): RtcpPacket | null {
  switch (type) {
    case SENDER_REPORT: {
      if (packet.length < 28) return null
      const report = {
        ntpSeconds: packet.readUInt32BE(8),
        ntpFraction: packet.readUInt32BE(12),
        rtpTimestamp: packet.readUInt32BE(16),
        packets: packet.readUInt32BE(20),
        bytes: packet.readUInt32BE(24),
      }
      const blocks = parseBlocks(packet, 28, count)
      return { type: 'sender-report', ssrc: packet.readUInt32BE(4), report, blocks }
    }
    case RECEIVER_REPORT:
      return { type: 'receiver-report', ssrc: packet.readUInt32BE(4), blocks: parseBlocks(packet, 8, count) }
    case TRANSPORT_FEEDBACK:
      if (count !== NACK || packet.length < 16) return null
      return { type: 'nack', mediaSsrc: packet.readUInt32BE(8), sequences: parseNacked(packet) }
    case PAYLOAD_FEEDBACK:
      return parsePayloadFeedback(packet, count)
    default:
      return null
  }
}

function parsePayloadFeedback(packet: Buffer, format: number): RtcpPacket | null {
  if (packet.length < 12) return null
  if (format === PICTURE_LOSS) return { type: 'keyframe-request', mediaSsrc: packet.readUInt32BE(8) }
  if (packet.length < 20) return null
  // Here the source is named in the entry; the header's field is 0.
  if (format === FULL_INTRA_REQUEST) return { type: 'keyframe-request', mediaSsrc: packet.readUInt32BE(12) }
  if (format !== APPLICATION_LAYER || packet.readUInt32BE(12) !== REMB) return null
  const word = packet.readUInt32BE(16)
  return { type: 'bitrate', bitsPerSecond: (word & 0x3ffff) * 2 ** ((word >>> 18) & 0x3f) }
}

function parseBlocks(packet: Buffer, start: number, count: number): ReportBlock[] {
  const blocks: ReportBlock[] = []
  for (let at = start; blocks.length < count && at + 24 <= packet.length; at += 24) {
    blocks.push({
      ssrc: packet.readUInt32BE(at),
      fractionLost: packet.readUInt8(at + 4) / 256,
      packetsLost: packet.readIntBE(at + 5, 3),
      highestSequence: packet.readUInt32BE(at + 8),
      jitter: packet.readUInt32BE(at + 12),
      lastReport: packet.readUInt32BE(at + 16),
      delaySinceLastReport: packet.readUInt32BE(at + 20),
    })
  }
  return blocks
}

function parseNacked(packet: Buffer): number[] {
  const sequences: number[] = []
  for (let at = 12; at + 4 <= packet.length && sequences.length < MAX_NACKED; at += 4) {
    const first = packet.readUInt16BE(at)
    const mask = packet.readUInt16BE(at + 2)
    sequences.push(first)
    for (let bit = 0; bit < 16; bit++) if (mask & (1 << bit)) sequences.push((first + bit + 1) & 0xffff)
  }
  return sequences
}

function createPacket(type: number, count: number, length: number): Buffer {
  const packet = Buffer.alloc(length)
  packet[0] = 0x80 | count
  packet[1] = type
  packet.writeUInt16BE(length / 4 - 1, 2)
  return packet
}
