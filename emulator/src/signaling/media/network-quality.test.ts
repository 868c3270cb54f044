import { describe, expect, it } from 'vitest'
import { formatQuality, QualityReportSchema, rateQuality } from './network-quality.ts'

const good = {
  type: 'network_quality',
  ice: { availableSend: 1_000_000, rtt: 0.02 },
  audio: { send: { bitrate: 32_000, rtt: 0.02 }, recv: { bitrate: 32_000, fractionLost: 0, jitter: 0.001 } },
  video: { send: { bitrate: 500_000, rtt: 0.02 }, recv: { bitrate: 500_000, fractionLost: 0, jitter: 0.001 } },
  reportLevel: 3,
  remoteReportLevel: 1,
}
const rate = (report: object) => rateQuality(QualityReportSchema.parse(report))

describe('rateQuality', () => {
  it('is 5 on a good network, and where nothing was measured', () => {
    expect(rate(good).level).toBe(5)
    expect(rate({ type: 'network_quality' }).level).toBe(5)
    expect(rate({ type: 'network_quality', ice: 'x', audio: { send: null, recv: { fractionLost: 'x' } } }).level).toBe(
      5,
    )
  })

  it('is as bad as its worst part', () => {
    const losing = { ...good, video: { ...good.video, recv: { ...good.video.recv, fractionLost: 0.1 } } }
    expect(rate(losing)).toMatchObject({ level: 2, audio: { recv: { level: 5 } }, video: { recv: { level: 2 } } })
    expect(rate({ ...good, audio: { ...good.audio, send: { bitrate: 1, rtt: 0.9 } } }).level).toBe(1)
  })

  it('takes the round trip of the connection where the track has none', () => {
    expect(rate({ ...good, ice: { rtt: 0.4 }, audio: { send: { bitrate: 1 } } }).audio.send.level).toBe(3)
  })
})

describe('formatQuality', () => {
  it('tells as much as was asked for', () => {
    const quality = rate(good)
    expect(formatQuality(quality, 1)).toEqual({ level: 5 })
    expect(formatQuality(quality, 2)).toEqual({ level: 5, audio: { send: 5, recv: 5 }, video: { send: 5, recv: 5 } })
    expect(formatQuality(quality, 3)).toMatchObject({
      audio: {
        sendStats: { bandwidth: { actual: 32_000, available: 1_000_000 }, latency: { rtt: 0.02, level: 5 } },
        recvStats: { fractionLost: { fractionLost: 0, level: 5 }, latency: { jitter: 0.001, level: 5 } },
      },
    })
  })
})
