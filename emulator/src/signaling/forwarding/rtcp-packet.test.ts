import fc from 'fast-check'
import { RtcpPacketConverter } from 'werift'
import { expect, it } from 'vitest'
import {
  formatBitrate,
  formatKeyframeRequest,
  formatNack,
  formatReceiverReport,
  formatSenderReport,
  parseRtcp,
} from './rtcp-packet.ts'

const block = {
  ssrc: 7,
  fractionLost: 0.25,
  packetsLost: 12,
  highestSequence: 70_000,
  jitter: 90,
  lastReport: 0xfedcba98,
  delaySinceLastReport: 65_536,
}
const report = { ntpSeconds: 0xee000000, ntpFraction: 1, rtpTimestamp: 0xffffffff, packets: 5, bytes: 6 }

it('reads the reports that it writes, in one compound packet', () => {
  const compound = Buffer.concat([
    formatSenderReport(1, report),
    formatReceiverReport(2, [block, { ...block, ssrc: 8 }]),
  ])
  expect(parseRtcp(compound)).toEqual([
    { type: 'sender-report', ssrc: 1, report, blocks: [] },
    { type: 'receiver-report', ssrc: 2, blocks: [block, { ...block, ssrc: 8 }] },
  ])
})

it('asks for lost packets, and reads who asks, across the wrap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffff }),
      fc.uniqueArray(fc.nat(200), { minLength: 1 }),
      (start, offsets) => {
        const sequences = offsets.sort((one, other) => one - other).map((offset) => (start + offset) & 0xffff)
        expect(parseRtcp(formatNack(1, 9, sequences))).toEqual([{ type: 'nack', mediaSsrc: 9, sequences }])
      },
    ),
  )
})

it('asks for keyframes, as pictures were lost or anew', () => {
  expect(parseRtcp(formatKeyframeRequest(1, 9))).toEqual([{ type: 'keyframe-request', mediaSsrc: 9 }])
  const anew = Buffer.from('84ce0004000000010000000000000009 01000000'.replaceAll(' ', ''), 'hex')
  expect(parseRtcp(anew)).toEqual([{ type: 'keyframe-request', mediaSsrc: 9 }])
})

it('limits bitrates to within a thousandth', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (bitsPerSecond) => {
      const [packet] = parseRtcp(formatBitrate(1, [9], bitsPerSecond))
      const read = packet?.type === 'bitrate' ? packet.bitsPerSecond : 0
      expect(Math.abs(read - bitsPerSecond) / bitsPerSecond).toBeLessThan(0.001)
    }),
  )
})

it('writes what others read', () => {
  const packets = [
    formatSenderReport(1, report),
    formatReceiverReport(2, [block]),
    formatNack(1, 9, [1, 2, 30]),
    formatKeyframeRequest(1, 9),
    formatBitrate(1, [9], 300_000),
  ]
  expect(RtcpPacketConverter.deSerialize(Buffer.concat(packets)).map(({ type }) => type)).toEqual([
    200, 201, 205, 206, 206,
  ])
})

it('throws at nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(200, 201, 205, 206), (bytes, type) => {
      const packet = Buffer.from(bytes)
      if (packet.length > 4) packet.set([0x80 | ((packet[0] ?? 0) & 0x1f), type, 0, Math.floor(packet.length / 4) - 1])
      parseRtcp(packet)
    }),
    { numRuns: 2000 },
  )
})
