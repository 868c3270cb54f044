import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PeerConnectionState } from './message.ts'
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

  it('keeps only the latest candidates of the latest generations', () => {
    const { pair } = createPair()
    for (const ufrag of ['u1', 'u2', 'u3']) {
      pair.relay('a', { id: 'p', ice: { ufrag, revision: 1, candidates: [] } })
    }
    pair.relay('a', { id: 'p', ice: { ufrag: 'u2', revision: 2, candidates: [{ candidate: 'x' }] } })
    expect(pair.replay('b').ice).toEqual({ ufrag: 'u2', revision: 2, candidates: [{ candidate: 'x' }] })
  })

  it('comes to rest however two clients renegotiate, with both at one revision', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a wants', 'b wants', 'a hears', 'b hears', 'server hears'), { maxLength: 60 }),
        (steps) => {
          const network = createNetwork()
          for (const step of steps) network.step(step)
          network.run()
          expect(network.clients.a.state).toBe('stable')
          expect(network.clients.b.state).toBe('stable')
          expect(network.clients.a.revision).toBe(network.clients.b.revision)
          expect(network.unmet()).toEqual([])
        },
      ),
      { numRuns: 500 },
    )
  })
})

function createPair() {
  const sent: string[] = []
  const send = (to: string) => (state: PeerConnectionState) => {
    if (state.description) sent.push(`${to}: ${state.description.type} ${state.description.revision}`)
  }
  const pair = new Pair<string>('p', [
    { member: 'a', send: send('a') },
    { member: 'b', send: send('b') },
  ])
  return { pair, sent }
}

type Name = 'a' | 'b'
type Description = { type: 'offer' | 'answer'; revision: number; wishes: number }

/** Two clients that follow the SDK's rules for descriptions, and a server between them; each line keeps its order. */
function createNetwork() {
  const toServer: { from: Name; description: Description }[] = []
  const inbox: Record<Name, Description[]> = { a: [], b: [] }
  const clients = { a: createModel('a'), b: createModel('b') }
  const pair = new Pair<Name>('p', [
    { member: 'a', send: (state) => deliver('a', state) },
    { member: 'b', send: (state) => deliver('b', state) },
  ])
  // As after a join: one has offered, and the other knows nothing yet.
  clients.a.offer()

  function deliver(to: Name, { description }: PeerConnectionState): void {
    if (description?.type !== 'offer' && description?.type !== 'answer') return
    inbox[to].push({ ...description, wishes: Number(description.sdp.slice(3)) })
  }

  function createModel(name: Name) {
    const model = {
      state: 'stable' as 'stable' | 'have-local-offer',
      revision: 0,
      stable: 0,
      wishes: 0,
      offered: 0,
      met: 0,
      offer() {
        model.revision++
        model.state = 'have-local-offer'
        model.offered = model.wishes
        say({ type: 'offer', revision: model.revision, wishes: model.wishes })
      },
      want() {
        // A client knows of a peer connection only once it has offered or been offered to.
        if (model.revision === 0) return
        model.wishes++
        if (model.state === 'stable') model.offer()
      },
      hear(description: Description) {
        if (description.type === 'answer') {
          if (description.revision !== model.revision || model.state !== 'have-local-offer') return
          settle(description.revision)
          model.met = model.offered
          if (model.wishes > model.met) model.offer()
          return
        }
        if (description.revision <= model.stable) return
        if (model.state === 'have-local-offer' && model.stable === 0) throw new Error('Two first offers have crossed')
        const wasGlare = model.state === 'have-local-offer'
        model.revision = description.revision
        settle(description.revision)
        say({ type: 'answer', revision: description.revision, wishes: model.wishes })
        if (wasGlare) model.offer()
      },
    }
    function settle(revision: number) {
      model.state = 'stable'
      model.stable = revision
    }
    function say(description: Description) {
      toServer.push({ from: name, description })
    }
    return model
  }

  function serverHears(): void {
    const next = toServer.shift()
    if (!next) return
    const { type, revision, wishes } = next.description
    pair.relay(next.from, { id: 'p', description: { type, revision, sdp: `v=0${wishes}` } })
  }

  function hear(name: Name): void {
    const next = inbox[name].shift()
    if (next) clients[name].hear(next)
  }

  return {
    clients,
    step(step: string) {
      if (step === 'server hears') serverHears()
      else if (step.endsWith('wants')) clients[step.startsWith('a') ? 'a' : 'b'].want()
      else hear(step.startsWith('a') ? 'a' : 'b')
    },
    /** Both always hear at the same moment, which is when offers cross most. */
    run() {
      for (let turn = 0; toServer.length + inbox.a.length + inbox.b.length > 0; turn++) {
        if (turn > 200) throw new Error('The two never come to rest')
        while (toServer.length > 0) serverHears()
        const [forA, forB] = [inbox.a.splice(0), inbox.b.splice(0)]
        for (const description of forA) clients.a.hear(description)
        for (const description of forB) clients.b.hear(description)
      }
    },
    unmet: () => [clients.a, clients.b].filter(({ wishes, met }) => wishes > met),
  }
}
