import { expect, it } from 'vitest'
import { Downlink } from './downlink.ts'
import { MediaSource } from './media-source.ts'

const opus = { payloadType: 111, name: 'opus', clockRate: 48_000, channels: 2, parameters: '', feedback: [] }
const outgoing = { kind: 'audio', trackId: 'mic', streamId: 'alice', ssrc: 70, rtxSsrc: 71 } as const
const section = { kind: 'audio', mid: '0', isRejected: false, direction: 'sendonly' } as const
/** With headers: 80 kbit/s, of fifty packets a second. */
const SOUND = Buffer.alloc(132)

it('leaves video what a narrow network takes beside the sound', () => {
  let sent = 0
  const downlink = new Downlink({ sendRtp: () => sent++, sendRtcp: () => {} })
  const microphone = new MediaSource(
    {
      mid: '0',
      codecs: [opus],
      section: {
        ...section,
        codecs: [opus],
        extensions: [],
        trackId: 'mic',
        streamId: 'alice',
        sources: [{ ssrc: 10, rtxSsrc: null }],
      },
    },
    () => {},
  )
  const forward = downlink.add(outgoing)
  forward.agree({ outgoing, codecs: [opus], extensions: [] })
  forward.attach(microphone)
  forward.setTarget(0, 0)

  let now = 0
  let sequence = 0
  /** Half a second, at whose end the client says how much was lost. */
  function pass({ loss = 0, packets = 25 }: { loss?: number; packets?: number }): void {
    for (let packet = 0; packet < packets; packet++) {
      const header = { payloadType: 111, marker: false, sequence: ++sequence, timestamp: sequence * 960, ssrc: 10 }
      microphone.receive({ ...header, extensions: [], payload: SOUND }, 0, now)
    }
    const lost = { packetsLost: 0, highestSequence: 0, jitter: 0, lastReport: 0, delaySinceLastReport: 0 }
    downlink.receiveReports([{ ...lost, ssrc: 70, fractionLost: loss }], now)
    downlink.tick((now += 500))
  }

  pass({})
  expect(downlink.videoCapacity).toBe(Infinity)
  for (let time = 0; time < 2; time++) {
    downlink.bandwidth.receiveBitrate(120_000)
    pass({ loss: 0.3 })
  }
  expect(downlink.bandwidth.limit).toBe(68_000)
  expect(downlink.videoCapacity).toBe(0)
  expect(sent).toBe(75)

  downlink.bandwidth.limit = 200_000
  downlink.bandwidth.receiveBitrate(200_000)
  pass({})
  expect(downlink.videoCapacity).toBe(120_000)
  // A word's end does not mean that there is room.
  pass({ packets: 0 })
  expect(downlink.videoCapacity).toBe(128_000)
})
