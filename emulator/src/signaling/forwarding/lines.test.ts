import { describe, expect, it } from 'vitest'
import type { Description, MediaSection, Section } from './description.ts'
import { Lines } from './lines.ts'

const camera = { kind: 'video', trackId: 'camera', streamId: 'alice', ssrc: 1, rtxSsrc: 2 } as const
const other = { kind: 'video', trackId: 'other', streamId: 'bob', ssrc: 3, rtxSsrc: 4 } as const

describe('Lines', () => {
  it('answer with what can be forwarded, in the client’s order, and the retransmissions of that', () => {
    const [section] = new Lines(['VP8', 'H264']).answer(describeClient(video({}))) ?? []
    expect(codecsOf(section)).toEqual(['VP8', 'rtx', 'H264'])
  })

  it('answer with the room’s one codec where it has but one', () => {
    const [section] = new Lines(['H264']).answer(describeClient(video({}))) ?? []
    expect(codecsOf(section)).toEqual(['H264'])
  })

  it('refuse a line on which nothing could be forwarded, and expect nothing on it', () => {
    const lines = new Lines(['VP8'])
    const section = video({ codecs: [codec(98, 'VP9')], direction: 'sendrecv', trackId: 'own' })
    expect(lines.answer(describeClient(section))?.[0]).toMatchObject({ isRejected: true })
    expect(lines.incoming()).toEqual([])
  })

  it('put a track on a line that carries nothing, in the very answer', () => {
    const lines = new Lines(['VP8'])
    lines.add(camera)
    expect(lines.answer(describeClient(video({ direction: 'recvonly' })))).toMatchObject([
      { direction: 'sendonly', trackId: 'camera', streamId: 'alice', sources: [{ ssrc: 1, rtxSsrc: 2 }] },
    ])
    expect(lines.agreed()).toMatchObject([{ outgoing: camera }])
    expect(lines.needsOffer).toBe(false)
  })

  it('offer what a client could receive itself, where it only receives', () => {
    const lines = new Lines(['VP8', 'H264'])
    const sending = video({ direction: 'sendrecv', trackId: 'own', sources: [{ ssrc: 9, rtxSsrc: null }] })
    lines.answer(describeClient(sending))
    lines.add(camera)
    const [first, second] = lines.offer()
    expect([first, second].map((section) => (section as MediaSection).direction)).toEqual(['recvonly', 'sendonly'])
    expect(codecsOf(first)).toEqual(['VP8', 'rtx', 'H264'])
    expect(codecsOf(second)).toEqual(['VP8', 'rtx', 'VP9', 'H264', 'red'])
  })

  it('give a line to another track only after it carried none', () => {
    const lines = new Lines(['VP8'])
    lines.add(camera)
    const received = video({ direction: 'recvonly' })
    lines.answer(describeClient(received))
    lines.remove('camera')
    lines.add(other)
    const offer = lines.offer()
    expect(offer.map((section) => (section as MediaSection).trackId)).toEqual([null, 'other'])
    lines.accept(describeClient(received, video({ mid: '1', direction: 'recvonly' })))
    lines.add(camera)
    expect(lines.offer().map((section) => (section as MediaSection).trackId)).toEqual(['camera', 'other'])
  })

  it('take no description that contradicts an earlier one', () => {
    const lines = new Lines(['VP8'])
    lines.answer(describeClient(video({}), video({ mid: '1' })))
    expect(lines.answer(describeClient(video({})))).toBeNull()
    expect(lines.answer(describeClient(video({ mid: '1' }), video({ mid: '0' })))).toBeNull()
    expect(lines.answer(describeClient({ ...video({}), kind: 'audio' }, video({ mid: '1' })))).toBeNull()
    expect(lines.accept(describeClient(video({}), video({ mid: '1' }), video({ mid: '2' })))).toBe(false)
  })

  it('add a line for data channels once', () => {
    const lines = new Lines(['VP8'])
    lines.answer(describeClient(video({})))
    lines.wantApplication()
    expect(lines.needsOffer).toBe(true)
    expect(lines.offer().map(({ kind }) => kind)).toEqual(['video', 'application'])
    lines.accept(describeClient(video({}), { kind: 'application', mid: '1', isRejected: false, sctpPort: 5001 }))
    expect([lines.needsOffer, lines.sctpPort]).toEqual([false, 5001])
  })
})

function describeClient(...sections: Section[]): Description {
  return { sections, iceUfrag: 'user', icePassword: 'password', fingerprints: [] }
}

function video(section: Partial<MediaSection>): MediaSection {
  return {
    kind: 'video',
    mid: '0',
    isRejected: false,
    direction: 'sendrecv',
    codecs: [codec(96, 'VP8'), codec(97, 'rtx', 'apt=96'), codec(98, 'VP9'), codec(102, 'H264'), codec(116, 'red')],
    extensions: [],
    trackId: null,
    streamId: null,
    sources: [],
    ...section,
  }
}

function codec(payloadType: number, name: string, parameters = '') {
  return { payloadType, name, clockRate: 90_000, channels: 1, parameters, feedback: [] }
}

function codecsOf(section: Section | undefined): string[] {
  return section?.kind === 'video' ? section.codecs.map(({ name }) => name) : []
}
