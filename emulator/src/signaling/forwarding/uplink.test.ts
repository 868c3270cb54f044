import { beforeEach, describe, expect, it } from 'vitest'
import type { Codec } from './description.ts'
import type { Incoming } from './lines.ts'
import { parseRtcp } from './rtcp-packet.ts'
import { Uplink } from './uplink.ts'

let sent: Buffer[]
let uplink: Uplink

beforeEach(() => {
  sent = []
  uplink = new Uplink({ sendRtcp: (packet) => sent.push(packet), onAudioLevel: () => {} })
})

describe('Uplink', () => {
  it('asks for what is missing, and says how much is', () => {
    update([video('camera', [10])])
    for (const sequence of [1, 2, 4]) receive(10, sequence, 1000)
    uplink.tick(1020, 50)
    expect(sent.flatMap(parseRtcp)).toContainEqual({ type: 'nack', mediaSsrc: 10, sequences: [3] })
    expect(uplink.fractionLost).toBe(0.25)
  })

  it('takes all that was lost for the loss of the network, not that of a track of which little comes', () => {
    update([video('camera', [10]), video('slides', [20])])
    for (let sequence = 1; sequence <= 97; sequence++) receive(10, sequence, 1000)
    for (const sequence of [1, 3]) receive(20, sequence, 1000)
    uplink.tick(2000, 50)
    expect(uplink.fractionLost).toBe(0.01)
    // Where nothing was to come, nothing is known of what gets lost.
    uplink.tick(3000, 50)
    expect(uplink.fractionLost).toBe(0.01)
  })

  it('reports on every encoding, however many there are, in packets that no network breaks up', () => {
    const ssrcs = Array.from({ length: 70 }, (_, index) => index + 10)
    update(ssrcs.map((ssrc) => video(`track-${ssrc}`, [ssrc])))
    for (const ssrc of ssrcs) receive(ssrc, 1, 1000)
    uplink.tick(2000, 50)
    const reported = sent
      .flatMap(parseRtcp)
      .flatMap((packet) => (packet.type === 'receiver-report' ? packet.blocks : []))
    expect(reported.map(({ ssrc }) => ssrc)).toEqual(ssrcs)
    for (const packet of sent) expect(packet.length).toBeLessThan(1200)
  })

  it('takes a client’s word on no more encodings than a client has', () => {
    update(
      Array.from({ length: 100 }, (_, track) =>
        video(
          `track-${track}`,
          [0, 1, 2].map((n) => track * 3 + n + 1),
        ),
      ),
    )
    const layers = [...uplink.sources.values()].flatMap((source) => source.layers)
    expect(uplink.sources.size).toBeGreaterThan(80)
    expect(layers.length).toBeLessThanOrEqual(256)
  })

  it('keeps no pictures that have become too old to begin with', () => {
    update([video('camera', [10])])
    receive(10, 1, 1000, Buffer.from('100000009d012a8002e001ff', 'hex'))
    const [layer] = uplink.sources.get('camera')?.layers ?? []
    uplink.tick(1500, 50)
    expect(layer?.recent.packets(1500)).toHaveLength(1)
    uplink.tick(5000, 50)
    // By the time that the picture was taken it would still be there.
    expect(layer?.recent.packets(1500)).toHaveLength(0)
  })
})

function update(incoming: readonly Incoming[]): void {
  uplink.update(incoming, new Map())
}

function receive(ssrc: number, sequence: number, nowMs: number, payload = Buffer.from('1001', 'hex')): void {
  const header = { marker: false, payloadType: 96, sequence, timestamp: 0, ssrc, extensions: [] }
  uplink.receive({ ...header, payload }, nowMs)
}

function video(trackId: string, ssrcs: readonly number[]): Incoming {
  const vp8: Codec = { payloadType: 96, name: 'VP8', clockRate: 90_000, channels: 1, parameters: '', feedback: [] }
  return {
    mid: trackId,
    codecs: [vp8],
    section: {
      kind: 'video',
      mid: trackId,
      isRejected: false,
      direction: 'sendonly',
      codecs: [vp8],
      extensions: [],
      trackId,
      streamId: '-',
      sources: ssrcs.map((ssrc) => ({ ssrc, rtxSsrc: null })),
    },
  }
}
