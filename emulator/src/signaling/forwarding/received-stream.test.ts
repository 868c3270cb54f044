import { describe, expect, it } from 'vitest'
import { ReceivedStream } from './received-stream.ts'

/** A stream of 90 packets a second, each on its way for as long as the others. */
function createStream() {
  const stream = new ReceivedStream({ ssrc: 1, rtxSsrc: 2 }, 90_000)
  const receive = (sequence: number, { lateMs = 0, isRepair = false } = {}) => {
    const [at, timestamp] = [(sequence * 1000) / 90, sequence * 1000]
    const packet = { marker: false, payloadType: 96, ssrc: 1, extensions: [], payload: Buffer.alloc(100) }
    stream.receive({ ...packet, sequence: sequence & 0xffff, timestamp }, at + lateMs, isRepair)
  }
  return { stream, receive }
}

describe('ReceivedStream', () => {
  it('reports what was lost since the last report, and in all, past the wrap of sequence numbers', () => {
    const { stream, receive } = createStream()
    for (let sequence = 65_500; sequence < 65_600; sequence++) if (sequence % 10 > 0) receive(sequence)
    // The first that came is 65,501.
    expect(stream.report(0)).toMatchObject({ fractionLost: 9 / 99, packetsLost: 9, highestSequence: 65_599 })
    for (let sequence = 65_600; sequence < 65_700; sequence++) receive(sequence)
    expect(stream.report(0)).toMatchObject({ fractionLost: 0, packetsLost: 9 })
    expect(stream.losses.isComplete).toBe(false)
  })

  it('takes what came late for received, and what had to be sent again for lost', () => {
    const { stream, receive } = createStream()
    for (const sequence of [1, 2, 4, 3, 6, 7, 8, 9, 10]) receive(sequence)
    receive(5, { isRepair: true })
    expect(stream.report(0)).toMatchObject({ fractionLost: 0.1, packetsLost: 1 })
    expect(stream.losses.isComplete).toBe(true)
  })

  it('measures by how much packets’ times on the way differ, those aside that were sent again', () => {
    const { stream, receive } = createStream()
    for (let sequence = 0; sequence < 100; sequence++) receive(sequence)
    expect(stream.report(0).jitter).toBeCloseTo(0)
    receive(50, { lateMs: 500, isRepair: true })
    expect(stream.report(0).jitter).toBeCloseTo(0)
    for (let sequence = 100; sequence < 400; sequence++) receive(sequence, { lateMs: (sequence % 2) * 10 })
    // 10 ms at 90 kHz.
    expect(stream.report(0).jitter).toBeCloseTo(900, -1)
  })

  it('counts as paused when nothing has come for a while', () => {
    const { stream, receive } = createStream()
    expect([stream.hasStarted, stream.isPaused(0)]).toEqual([false, true])
    receive(90)
    expect([stream.hasStarted, stream.isPaused(2000), stream.isPaused(3000)]).toEqual([true, false, true])
  })
})
