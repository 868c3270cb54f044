import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTwoClients } from '../../../test/signaling/two-clients.ts'
import type { PeerConnectionState } from '../message.ts'
import { Pair } from './pair.ts'

const sdp = 'v=0'

describe('Pair', () => {
  it('drops what crosses an open offer, and answers that fit no offer', () => {
    const { pair, sent } = createPair()
    pair.relay('a', { id: 'p', description: { type: 'offer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', description: { type: 'offer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', description: { type: 'offer', revision: 2, sdp } })
    pair.relay('a', { id: 'p', description: { type: 'answer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', description: { type: 'answer', revision: 2, sdp } })
    expect(sent).toEqual(['b: offer 1'])
    expect(pair.relay('b', { id: 'p', description: { type: 'answer', revision: 1, sdp } })).toBe(true)
    expect(sent).toEqual(['b: offer 1', 'a: answer 1'])
  })

  it('says an answer again before the offer that came after it', () => {
    const { pair } = createPair()
    pair.relay('a', { id: 'p', description: { type: 'offer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', description: { type: 'answer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', description: { type: 'offer', revision: 2, sdp } })
    expect(pair.replay('a')).toMatchObject([
      { description: { type: 'answer', revision: 1 } },
      { description: { type: 'offer', revision: 2 } },
    ])
    expect(pair.replay('b')).toMatchObject([{ description: { type: 'offer', revision: 1 } }])
  })

  it('is not named to a side that lost its socket before it knew of the pair', () => {
    const { pair } = createPair()
    pair.requestOffer('a')
    expect(pair.replay('b')).toEqual([])
    expect(pair.replay('a')).toMatchObject([{ description: { type: 'create-offer', revision: 1 } }])
  })

  it('is named to a side that described itself, even when nothing came back', () => {
    const { pair } = createPair()
    pair.relay('a', { id: 'p', description: { type: 'offer', revision: 1, sdp } })
    expect(pair.replay('a')).toEqual([{ id: 'p', description: undefined, ice: undefined }])
  })

  it('keeps only the latest candidates of the latest generations', () => {
    const { pair } = createPair()
    pair.relay('a', { id: 'p', description: { type: 'offer', revision: 1, sdp } })
    for (const ufrag of ['u1', 'u2', 'u3']) {
      pair.relay('a', { id: 'p', ice: { ufrag, revision: 1, candidates: [] } })
    }
    pair.relay('a', { id: 'p', ice: { ufrag: 'u2', revision: 2, candidates: [{ candidate: 'x' }] } })
    expect(pair.replay('b')[0]?.ice).toEqual({ ufrag: 'u2', revision: 2, candidates: [{ candidate: 'x' }] })
  })

  it('is broken when an answer never came, and says so', () => {
    const { pair } = createPair()
    pair.relay('a', { id: 'p', description: { type: 'offer', revision: 1, sdp } })
    expect(pair.isBroken).toBe(false)
    pair.relay('b', { id: 'p', description: { type: 'offer', revision: 2, sdp } })
    expect(pair.isBroken).toBe(true)
  })

  it('asks for another offer where candidates may be lost, and nowhere else', () => {
    const { pair, sent } = createPair()
    pair.relay('a', { id: 'p', description: { type: 'offer', revision: 1, sdp } })
    pair.recover('a')
    pair.relay('b', { id: 'p', description: { type: 'answer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', ice: { ufrag: 'u', revision: 2, candidates: [], complete: true } })
    sent.length = 0
    pair.recover('b')
    expect(sent).toEqual([])
    pair.recover('a')
    expect(sent).toEqual(['a: create-offer 2'])
  })

  it('tells that a line was free before it tells of another track on it', () => {
    const { pair, sentTo } = createPair()
    const describe = (from: string, type: 'offer' | 'answer', revision: number, ...attributes: string[]) =>
      pair.relay(from, {
        id: 'p',
        description: { type, revision, sdp: [sdp, 'm=audio', ...attributes, ''].join('\r\n') },
      })
    describe('a', 'offer', 1, 'a=mid:0', 'a=msid:- first', 'a=sendrecv')
    describe('b', 'answer', 1, 'a=mid:0', 'a=recvonly')
    describe('a', 'offer', 2, 'a=mid:0', 'a=msid:- second', 'a=sendrecv')
    expect(sentTo().at(-1)).toMatchObject({ to: 'b', type: 'offer', sdp: expect.stringContaining('a=recvonly') })
    describe('b', 'answer', 2, 'a=mid:0', 'a=recvonly')
    expect(sentTo().at(-1)).toEqual({ to: 'a', type: 'create-offer', revision: 3 })
    // It would not know that it has to answer first.
    describe('b', 'offer', 3, 'a=mid:0', 'a=recvonly')
    describe('a', 'offer', 4, 'a=mid:0', 'a=msid:- second', 'a=sendrecv')
    expect(sentTo().at(-1)).toMatchObject({ to: 'b', revision: 4, sdp: expect.stringContaining('a=sendrecv') })
  })

  it('asks a side again that lost its socket when it was asked for an offer', () => {
    const { pair, sent } = createPair()
    pair.relay('a', { id: 'p', description: { type: 'offer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', description: { type: 'answer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', ice: { ufrag: 'u', revision: 2, candidates: [], complete: true } })
    pair.recover('a')
    pair.relay('a', { id: 'p', ice: { ufrag: 'u', revision: 2, candidates: [], complete: true } })
    sent.length = 0
    pair.recover('a')
    pair.recover('b')
    expect(sent).toEqual(['a: create-offer 2'])
  })

  it('comes to rest however two clients renegotiate and lose their sockets, with all tracks received', () => {
    const { steps } = createTwoClients()
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 80, size: 'max' }), (steps) => {
        const network = createTwoClients()
        for (const step of steps) network.step(step)
        network.run()
        expect(network.clients.a.state).toBe('stable')
        expect(network.clients.b.state).toBe('stable')
        expect(network.clients.a.revision).toBe(network.clients.b.revision)
        expect(network.unmet()).toEqual([])
        const { sent, received } = network.tracks()
        expect(received).toEqual(sent)
      }),
      { numRuns: 2000 },
    )
  })
})

function createPair() {
  const sent: string[] = []
  const sentTo: object[] = []
  const send = (to: string) => (state: PeerConnectionState) => {
    if (!state.description) return
    sent.push(`${to}: ${state.description.type} ${state.description.revision}`)
    sentTo.push({ to, ...state.description })
  }
  const pair = new Pair<string>('p', [
    { member: 'a', send: send('a') },
    { member: 'b', send: send('b') },
  ])
  return { pair, sent, sentTo: () => sentTo }
}
