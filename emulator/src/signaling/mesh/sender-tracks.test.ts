import { describe, expect, it } from 'vitest'
import { readSenderTracks, withholdTracks } from './sender-tracks.ts'

const sdp = [
  'v=0',
  'a=group:BUNDLE 0 1 2 3',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=mid:0',
  'a=sendrecv',
  'a=msid:- voice',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:1',
  'a=msid:stream picture',
  'a=sendonly',
  'm=video 9 UDP/TLS/RTP/SAVPF 96',
  'a=mid:2',
  'a=msid:- gone',
  'a=recvonly',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'a=mid:3',
  '',
].join('\r\n')

describe('readSenderTracks', () => {
  it('gives the tracks of the lines that send', () => {
    expect([...readSenderTracks(sdp)]).toEqual([
      ['0', 'voice'],
      ['1', 'picture'],
    ])
  })

  it('gives nothing for what is no session description', () => {
    expect(readSenderTracks('v=0').size).toBe(0)
  })
})

describe('withholdTracks', () => {
  it('stops what these lines send and not what they receive, and leaves the others as they are', () => {
    expect([...readSenderTracks(withholdTracks(sdp, new Set(['0'])))]).toEqual([['1', 'picture']])
    expect(withholdTracks(sdp, new Set(['0', '1']))).toBe(
      sdp.replace('a=sendrecv', 'a=recvonly').replace('a=sendonly', 'a=inactive'),
    )
  })
})
