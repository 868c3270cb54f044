import { describe, expect, it } from 'vitest'
import { restrictVideoCodecs } from './video-codecs.ts'

const audio = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2', 'a=mid:0']
const video = [
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 118',
  'a=mid:1',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 nack',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:102 H264/90000',
  'a=fmtp:102 packetization-mode=1',
  'a=rtpmap:103 rtx/90000',
  'a=fmtp:103 apt=102',
  'a=rtpmap:118 red/90000',
]
const data = ['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:2', '']
const sdp = ['v=0', ...audio, ...video, ...data].join('\r\n')
const restrict = (codecs: string[]) => {
  const { description } = restrictVideoCodecs({ id: 'p', description: { type: 'offer', revision: 1, sdp } }, codecs)
  return description?.type === 'offer' ? description.sdp.split('\r\n') : []
}

describe('restrictVideoCodecs', () => {
  it('takes out a codec with all that belongs to it, and nothing else', () => {
    expect(restrict(['H264'])).toEqual([
      'v=0',
      ...audio,
      'm=video 9 UDP/TLS/RTP/SAVPF 102 103 118',
      'a=mid:1',
      ...video.slice(6),
      ...data,
    ])
  })

  it('changes nothing where all are allowed, or none would be left', () => {
    expect(restrict(['VP8', 'H264']).join('\r\n')).toBe(sdp)
    expect(restrict(['VP9']).join('\r\n')).toBe(sdp)
  })

  it('leaves everything but descriptions alone', () => {
    const close = { id: 'p', description: { type: 'close', revision: 2 } as const }
    expect(restrictVideoCodecs(close, ['VP8'])).toBe(close)
  })
})
