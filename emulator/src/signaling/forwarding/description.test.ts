import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MediaSection, Section } from './description.ts'
import { parseDescription } from './parse-description.ts'
import { formatDescription } from './format-description.ts'

const local = {
  sessionId: 1,
  version: 2,
  iceUfrag: 'user',
  icePassword: 'a-password-of-twenty-two',
  fingerprint: { algorithm: 'sha-256', value: 'AA:BB' },
  setup: 'passive' as const,
  addresses: ['192.0.2.1', '127.0.0.1'],
  port: 4000,
}

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,11}$/)
const ssrc = fc.integer({ min: 1, max: 0xffffffff })
const codec = fc.record({
  payloadType: fc.integer({ min: 0, max: 127 }),
  name: word,
  clockRate: fc.integer({ min: 1, max: 999_999 }),
  channels: fc.constantFrom(1, 2),
  parameters: fc.constantFrom('', 'apt=96', 'profile-level-id=42e01f;packetization-mode=1'),
  feedback: fc.subarray(['nack', 'nack pli', 'ccm fir']),
})
const media: fc.Arbitrary<Omit<MediaSection, 'mid'>> = fc.record({
  kind: fc.constantFrom('audio' as const, 'video' as const),
  isRejected: fc.constant(false),
  direction: fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive'),
  codecs: fc.uniqueArray(codec, { minLength: 1, maxLength: 4, selector: ({ payloadType }) => payloadType }),
  extensions: fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 14 }), uri: word }), {
    selector: ({ id }) => id,
  }),
  trackId: word,
  streamId: word,
  sources: fc
    .tuple(ssrc, ssrc)
    .filter(([one, other]) => one !== other)
    .map(([ssrc, rtxSsrc]) => [{ ssrc, rtxSsrc }]),
})
const application = fc.constant({ kind: 'application' as const, isRejected: false, sctpPort: 5000 })
const sections = fc
  .array(fc.oneof(media, application), { minLength: 1, maxLength: 6 })
  .map((list) => list.map((section, index): Section => ({ ...section, mid: String(index) })))

describe('a session description', () => {
  it('says what it said', () => {
    fc.assert(
      fc.property(sections, (sections) => {
        expect(parseDescription(formatDescription(sections, local))).toEqual({
          sections,
          iceUfrag: local.iceUfrag,
          icePassword: local.icePassword,
          fingerprints: expect.arrayContaining([local.fingerprint]) as object,
        })
      }),
    )
  })

  it('names every address where media are taken, the first with the highest priority', () => {
    const text = formatDescription([{ kind: 'application', mid: '0', isRejected: false, sctpPort: 5000 }], local)
    const candidates = Array.from(
      text.matchAll(/^a=candidate:\d+ 1 udp (\d+) (\S+) 4000 typ host/gm),
      ([, priority, address]) => [address, Number(priority)],
    )
    expect(candidates.map(([address]) => address)).toEqual(local.addresses)
    expect(candidates[0]?.[1]).toBeGreaterThan(Number(candidates[1]?.[1]))
  })

  it('names the layers of simulcast, smallest first, each with its retransmissions', () => {
    const text = CHROMIUM.replace(
      'a=ssrc-group:FID 11 12\r\n',
      'a=ssrc-group:SIM 11 21 31\r\na=ssrc-group:FID 11 12\r\na=ssrc-group:FID 21 22\r\n',
    )
    const [section] = parseDescription(text)?.sections ?? []
    expect(section).toMatchObject({
      sources: [
        { ssrc: 11, rtxSsrc: 12 },
        { ssrc: 21, rtxSsrc: 22 },
        { ssrc: 31, rtxSsrc: null },
      ],
    })
  })

  it('does not reject a section that only has no transport of its own', () => {
    const second = CHROMIUM.slice(CHROMIUM.indexOf('m=video'))
      .replace('m=video 9', 'm=video 0')
      .replace('mid:0', 'mid:1')
    const rejected = (sdp: string) => parseDescription(sdp)?.sections.map(({ isRejected }) => isRejected)
    expect(rejected(`${CHROMIUM}${second}`)).toEqual([false, true])
    expect(rejected(`${CHROMIUM}${second.replace('a=setup', 'a=bundle-only\r\na=setup')}`)).toEqual([false, false])
  })

  it('is none without credentials, a fingerprint, media, or a name for each section', () => {
    expect(parseDescription(CHROMIUM)).not.toBeNull()
    for (const line of [/a=ice-ufrag.*\r\n/, /a=ice-pwd.*\r\n/, /a=fingerprint.*\r\n/, /m=video[^]*/, /a=mid.*\r\n/]) {
      expect(parseDescription(CHROMIUM.replace(line, ''))).toBeNull()
    }
    expect(parseDescription(`${CHROMIUM}${CHROMIUM.slice(CHROMIUM.indexOf('m='))}`)).toBeNull()
  })

  it('takes any text without harm', () => {
    const lines = CHROMIUM.split('\r\n')
    const noise = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom(...lines),
      fc.constantFrom('a=ssrc-group:SIM', 'm=video', 'a=extmap:15 x'),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(lines.length), noise), { maxLength: 8 }), (changes) => {
        const changed = [...lines]
        for (const [at, line] of changes) changed.splice(at, at % 2, line)
        const description = parseDescription(changed.join('\r\n'))
        // What was understood can be said again.
        if (description) parseDescription(formatDescription(description.sections, local))
      }),
      { numRuns: 2000 },
    )
  })
})

const CHROMIUM = [
  'v=0',
  'o=- 1 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  'a=fingerprint:sha-256 00:11:22',
  'a=setup:actpass',
  'a=mid:0',
  'a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'a=sendrecv',
  'a=msid:- a-track',
  'a=rtcp-mux',
  'a=rtpmap:96 VP8/90000',
  'a=rtcp-fb:96 nack',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=ssrc-group:FID 11 12',
  'a=ssrc:11 cname:c',
  'a=ssrc:12 cname:c',
  '',
].join('\r\n')
