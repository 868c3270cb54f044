import fc from 'fast-check'
import {
  RtcpPacketConverter,
  type RtcpTransportLayerFeedback,
  type StatusVectorChunk,
  type TransportWideCC,
} from 'werift'
import { expect, it } from 'vitest'
import { TransportFeedback } from './transport-feedback.ts'

function read(report: Buffer | null): TransportWideCC {
  const [packet] = RtcpPacketConverter.deSerialize(report ?? Buffer.alloc(0))
  return (packet as RtcpTransportLayerFeedback).feedback as TransportWideCC
}

it('tells when packets came, and which did not', () => {
  const feedback = new TransportFeedback()
  for (const [sequence, time] of [
    [65_534, 1000],
    [65_535, 1005],
    [1, 1011.25],
    [4, 1200],
  ] as const) {
    feedback.receive(sequence, time)
  }
  const report = read(feedback.report(1, 2))
  expect([report.baseSequenceNumber, report.packetStatusCount]).toEqual([65_534, 7])
  const symbols = report.packetChunks.flatMap((chunk) => (chunk as StatusVectorChunk).symbolList)
  expect(symbols).toEqual([1, 1, 0, 1, 0, 0, 2])
  // In microseconds; the first since the report's own time, a multiple of 64 ms.
  expect(report.recvDeltas.map(({ delta }) => delta)).toEqual([40_000, 5000, 6250, 188_750])
  expect(feedback.report(1, 2)).toBeNull()
})

it('keeps no more than it can tell, however long nobody asks', () => {
  const feedback = new TransportFeedback()
  for (let packet = 0; packet < 10_000; packet++) feedback.receive((packet * 3) & 0xffff, packet)
  expect(feedback.waiting).toBeLessThanOrEqual(400)
})

it('says nothing twice, and throws at no order of packets', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(0xffff), fc.nat(100_000)), { maxLength: 60 }), (packets) => {
      const feedback = new TransportFeedback()
      for (const [index, [sequence, time]] of packets.entries()) {
        feedback.receive(sequence, time)
        if (index % 7 === 0) feedback.report(1, 2)
      }
      for (let report = 0; report < 1000 && feedback.report(1, 2) !== null; report++);
      expect(feedback.report(1, 2)).toBeNull()
    }),
  )
})
