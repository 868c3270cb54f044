import fc from 'fast-check'
import { RtpPacket as WeriftPacket } from 'werift'
import { expect, it } from 'vitest'
import { formatRtpHeader, parseRtpPacket, sequenceDistance } from './rtp-packet.ts'

const packets = fc.record({
  marker: fc.boolean(),
  payloadType: fc.integer({ min: 0, max: 127 }),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  timestamp: fc.integer({ min: 0, max: 0xffffffff }),
  ssrc: fc.integer({ min: 0, max: 0xffffffff }),
  extensions: fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 14 }),
      value: fc.uint8Array({ minLength: 1, maxLength: 16 }).map((bytes) => Buffer.from(bytes)),
    }),
    { maxLength: 5, selector: ({ id }) => id },
  ),
  payload: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
})

it('reads what it writes', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      const bytes = Buffer.concat([formatRtpHeader(packet), packet.payload])
      expect(parseRtpPacket(bytes)).toEqual(packet)
    }),
  )
})

it('writes what others read', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      const read = WeriftPacket.deSerialize(Buffer.concat([formatRtpHeader(packet), packet.payload]))
      expect(read.header).toMatchObject({
        marker: packet.marker,
        payloadType: packet.payloadType,
        sequenceNumber: packet.sequence,
        timestamp: packet.timestamp,
        ssrc: packet.ssrc,
      })
      expect(read.header.extensions.map(({ id }) => id)).toEqual(packet.extensions.map(({ id }) => id))
      expect(read.payload.equals(packet.payload)).toBe(true)
    }),
  )
})

it('reads extensions of two bytes, and leaves padding out', () => {
  const header = '90 64 0001 00000002 00000003 1000 0002 05 03 aa bb cc 00 00 00'.replaceAll(' ', '')
  expect(parseRtpPacket(Buffer.from(`b0${header.slice(2)}010203000002`, 'hex'))).toMatchObject({
    payload: Buffer.from('01020300', 'hex'),
    extensions: [{ id: 5, value: Buffer.from('aabbcc', 'hex') }],
  })
})

it('throws at nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      const packet = Buffer.from(bytes)
      if (packet.length > 0) packet[0] = 0x80 | ((packet[0] ?? 0) & 0x3f)
      parseRtpPacket(packet)
    }),
    { numRuns: 2000 },
  )
})

it('measures distances across the wrap', () => {
  expect([sequenceDistance(0, 65_535), sequenceDistance(65_535, 0), sequenceDistance(5, 3)]).toEqual([1, -1, 2])
})
