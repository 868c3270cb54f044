import { beforeEach, describe, expect, it } from 'vitest'
import type { Incoming } from './lines.ts'
import { Forward } from './forward.ts'
import { MediaSource } from './media-source.ts'
import { EXTENSIONS } from './codecs.ts'
import type { SenderReport } from './rtcp-packet.ts'
import type { RtpPacket } from './rtp-packet.ts'

const codec = (payloadType: number, name: string, parameters = '') => ({
  payloadType,
  name,
  clockRate: 90_000,
  channels: 1,
  parameters,
  feedback: [],
})
const outgoing = { kind: 'video', trackId: 'camera', streamId: 'alice', ssrc: 70, rtxSsrc: 71 } as const
const KEYFRAME = Buffer.from('100000009d012a8002e001ff', 'hex')
const DELTA = Buffer.from('1001', 'hex')

let sent: RtpPacket[]
let reports: SenderReport[]
let asked: number[]
let source: MediaSource
let forward: Forward
let now: number

beforeEach(() => {
  sent = []
  reports = []
  asked = []
  now = 1000
  source = new MediaSource(incoming(), (ssrc) => asked.push(ssrc))
  forward = new Forward(outgoing, {
    sendRtp: (packet) => sent.push(packet),
    sendReport: (_ssrc, report) => reports.push(report),
  })
  forward.agree({
    outgoing,
    codecs: [codec(120, 'VP8'), codec(121, 'rtx', 'apt=120')],
    extensions: [{ id: 5, uri: EXTENSIONS.orientation }],
  })
  forward.attach(source)
})

describe('Forward', () => {
  it('begins with a keyframe, which it asks for, in the client’s own terms', () => {
    forward.setTarget(0, now)
    expect(asked).toEqual([10])
    receive(0, 100, DELTA)
    receive(0, 101, KEYFRAME, [
      { id: 3, value: Buffer.from([1]) },
      { id: 9, value: Buffer.from([1]) },
    ])
    receive(0, 102, DELTA)
    expect(sent.map(({ payloadType, ssrc }) => [payloadType, ssrc])).toEqual([
      [120, 70],
      [120, 70],
    ])
    expect(sent[0]?.extensions).toEqual([{ id: 5, value: Buffer.from([1]) }])
    expect(steps()).toEqual([1])
  })

  it('begins with a keyframe that came a moment ago, and asks for no other', () => {
    receive(0, 100, KEYFRAME)
    receive(0, 101, DELTA)
    forward.setTarget(0, now)
    expect(sent.map(({ payload }) => payload)).toEqual([KEYFRAME, DELTA])
    receive(0, 102, DELTA)
    expect(steps()).toEqual([1, 1])
    expect(asked).toEqual([])
    now += 2000
    forward.setTarget(null, now)
    forward.setTarget(0, now)
    expect(sent).toHaveLength(3)
    expect(asked).toEqual([10])
  })

  it('asks for one keyframe, however many want it at a time', () => {
    const others = Array.from({ length: 5 }, () => new Forward(outgoing, { sendRtp: () => {}, sendReport: () => {} }))
    now = performance.now()
    receive(0, 100, DELTA)
    for (const each of [forward, ...others]) {
      each.attach(source)
      each.setTarget(0, now)
      each.requestKeyframe(now + 200)
    }
    expect(asked).toHaveLength(1)
    for (const each of [forward, ...others]) each.tick(now + 1000)
    expect(asked).toHaveLength(2)
  })

  it('has a keyframe ready for whom the client has not agreed to yet', () => {
    // Too long ago to begin with, by the clock that goes by itself.
    now = performance.now() - 60_000
    receive(0, 100, KEYFRAME)
    now = performance.now()
    receive(0, 101, DELTA)
    const other = new Forward(outgoing, { sendRtp: () => {}, sendReport: () => {} })
    other.attach(source)
    expect(asked).toEqual([10])
  })

  it('has another keyframe made when the last would be old by the time that the client has agreed', () => {
    const other = new Forward(outgoing, { sendRtp: () => {}, sendReport: () => {} })
    now = performance.now() - 600
    receive(0, 100, KEYFRAME)
    now = performance.now()
    receive(0, 101, DELTA)
    other.attach(source)
    expect(asked).toEqual([10])
  })

  it('sends nothing while it has no target, and goes on evenly afterwards', () => {
    forward.setTarget(0, now)
    for (let sequence = 65_530; sequence < 65_540; sequence++)
      receive(0, sequence & 0xffff, sequence === 65_530 ? KEYFRAME : DELTA)
    forward.setTarget(null, now)
    for (let sequence = 4; sequence < 400; sequence++) receive(0, sequence, DELTA)
    expect(sent).toHaveLength(10)
    now += 5000
    forward.setTarget(0, now)
    receive(0, 400, DELTA)
    receive(0, 401, KEYFRAME)
    receive(0, 402, DELTA)
    expect(sent).toHaveLength(12)
    expect(new Set(steps())).toEqual(new Set([1]))
    expect(((sent[10]?.timestamp ?? 0) - (sent[9]?.timestamp ?? 0)) >>> 0).toBeGreaterThan(4 * 90_000)
  })

  it('changes layers on keyframes, without a gap', () => {
    forward.setTarget(0, now)
    receive(0, 100, KEYFRAME)
    receive(1, 5000, KEYFRAME)
    forward.setTarget(1, now)
    expect(asked).toEqual([10, 20])
    receive(1, 5001, DELTA)
    receive(0, 101, DELTA)
    receive(1, 5002, KEYFRAME)
    receive(0, 102, DELTA)
    receive(1, 5003, DELTA)
    expect(sent).toHaveLength(4)
    expect(steps()).toEqual([1, 1, 1])
    expect(forward.layer).toBe(1)
  })

  it('takes what comes nearest to its target while that is paused', () => {
    forward.setTarget(2, now)
    receive(0, 100, KEYFRAME)
    expect(forward.layer).toBe(0)
    receive(1, 100, KEYFRAME)
    expect(forward.layer).toBe(1)
    now += 5000
    receive(0, 101, KEYFRAME)
    expect(forward.layer).toBe(0)
  })

  it('keeps gaps, and fills them with what comes late', () => {
    forward.setTarget(0, now)
    receive(0, 100, KEYFRAME)
    receive(0, 103, DELTA)
    receive(0, 101, DELTA)
    receive(0, 99, DELTA)
    expect(steps()).toEqual([3, -2])
  })

  it('passes on what was sent again where it was missing, and not what a browser repeats to measure its network', () => {
    forward.setTarget(0, now)
    receive(0, 100, KEYFRAME)
    receive(0, 102, DELTA)
    for (const sequence of [101, 101, 102, 100]) repair(sequence)
    repair(103)
    expect(steps()).toEqual([2, -1, 2])
  })

  it('goes on past half of all sequence numbers, and past all of them', () => {
    forward.setTarget(0, now)
    for (let sequence = 0; sequence < 200_000; sequence += 7)
      receive(0, sequence & 0xffff, sequence === 0 ? KEYFRAME : DELTA)
    expect(new Set(steps())).toEqual(new Set([7]))
    expect(sent).toHaveLength(Math.ceil(200_000 / 7))
  })

  it('goes on past the end of timestamps', () => {
    const pauseMs = 6 * 3_600_000
    for (let sequence = 0; sequence < 4; sequence++) {
      forward.setTarget(0, now)
      receive(0, sequence, KEYFRAME)
      forward.setTarget(null, now)
      now += pauseMs
    }
    const timestamps = sent.map(({ timestamp }) => timestamp)
    const between = timestamps.slice(1).map((timestamp, index) => (timestamp - (timestamps[index] ?? 0)) >>> 0)
    expect(between).toEqual(Array.from({ length: 3 }, () => (pauseMs + 33) * 90))
    expect(timestamps).not.toEqual(timestamps.toSorted((one, other) => one - other))
  })

  it('sends again what the client asks for, as a retransmission, and not at once twice', () => {
    forward.setTarget(0, now)
    receive(0, 100, KEYFRAME)
    const [original] = sent
    const sequence = original?.sequence ?? 0
    forward.resend([sequence, sequence, sequence - 1], now)
    forward.resend([sequence], now + 1)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toMatchObject({ ssrc: 71, payloadType: 121, timestamp: original?.timestamp })
    expect(sent[1]?.payload.readUInt16BE(0)).toBe(sequence)
    expect(sent[1]?.payload.subarray(2)).toEqual(KEYFRAME)
    forward.resend([sequence], now + 100)
    expect(sent).toHaveLength(3)
  })

  it('sends nothing again without end, however often the client asks', () => {
    forward.setTarget(0, now)
    receive(0, 100, KEYFRAME)
    const sequence = sent[0]?.sequence ?? 0
    for (let time = 0; time < 900; time += 20) forward.resend([sequence], now + time)
    expect(sent).toHaveLength(1 + 10)
  })

  it('tells which moment of the publisher’s clock its timestamps stand for', () => {
    forward.setTarget(0, now)
    const report = { ntpSeconds: 100, ntpFraction: 2 ** 31, rtpTimestamp: 9000, packets: 1, bytes: 1 }
    const [layer] = source.layers
    if (layer) layer.lastSenderReport = { report, receivedAt: now + 33 - 500 }
    receive(0, 100, KEYFRAME, [], 54_000)
    // Half a second after 100.5 s is 101 s, and half a second after 9000 is the keyframe's own time.
    expect(reports[0]).toMatchObject({ ntpSeconds: 101, ntpFraction: 0, rtpTimestamp: sent[0]?.timestamp })
  })
})

function receive(
  layer: number,
  sequence: number,
  payload: Buffer,
  extensions: RtpPacket['extensions'] = [],
  timestamp = 0,
): void {
  now += 33
  const ssrc = (layer + 1) * 10
  const time = timestamp || Math.round(now * 90) >>> 0
  source.receive({ marker: false, payloadType: 96, sequence, timestamp: time, ssrc, extensions, payload }, layer, now)
}

/** Brings a packet of the smallest layer as a retransmission. */
function repair(sequence: number): void {
  const packet = { marker: false, payloadType: 96, sequence, timestamp: 0, ssrc: 10, extensions: [], payload: DELTA }
  source.receive(packet, 0, now, true)
}

/** By how much each packet's sequence number is ahead of the one before. */
function steps(): number[] {
  return sent.slice(1).map(({ sequence }, index) => ((sequence - (sent[index]?.sequence ?? 0)) << 16) >> 16)
}

function incoming(): Incoming {
  const codecs = [codec(96, 'VP8')]
  return {
    mid: '0',
    codecs,
    section: {
      kind: 'video',
      mid: '0',
      isRejected: false,
      direction: 'sendonly',
      codecs,
      extensions: [{ id: 3, uri: EXTENSIONS.orientation }],
      trackId: 'camera',
      streamId: 'alice',
      sources: [10, 20, 30].map((ssrc) => ({ ssrc, rtxSsrc: null })),
    },
  }
}
