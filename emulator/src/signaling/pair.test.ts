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
    pair.recoverCandidates('a')
    pair.relay('b', { id: 'p', description: { type: 'answer', revision: 1, sdp } })
    pair.relay('b', { id: 'p', ice: { ufrag: 'u', revision: 2, candidates: [], complete: true } })
    sent.length = 0
    pair.recoverCandidates('b')
    expect(sent).toEqual([])
    pair.recoverCandidates('a')
    expect(sent).toEqual(['a: create-offer 2'])
  })

  it('comes to rest however two clients renegotiate and lose their sockets, with both at one revision', () => {
    const steps = ['a wants', 'b wants', 'a hears', 'b hears', 'server hears', 'a loses', 'b loses'] as const
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 60 }), (steps) => {
        const network = createNetwork()
        for (const step of steps) network.step(step)
        network.run()
        expect(network.clients.a.state).toBe('stable')
        expect(network.clients.b.state).toBe('stable')
        expect(network.clients.a.revision).toBe(network.clients.b.revision)
        expect(network.unmet()).toEqual([])
      }),
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
type Description = { type: 'offer' | 'answer' | 'create-offer'; revision: number; wishes: number }

/** Two clients that follow the SDK's rules for descriptions, and a server between them; each line keeps its order. */
function createNetwork() {
  const toServer: { from: Name; description: Description }[] = []
  const inbox: Record<Name, Description[]> = { a: [], b: [] }
  const clients = { a: createModel('a'), b: createModel('b') }
  let pair = createPair()
  // As after a join: one has offered, and the other knows nothing yet.
  clients.a.offer()

  function createPair() {
    return new Pair<Name>('p', [
      { member: 'a', send: (state) => deliver('a', state) },
      { member: 'b', send: (state) => deliver('b', state) },
    ])
  }

  /** As the mesh does: both close, and one is asked to offer on a new peer connection. */
  function repair(): void {
    toServer.length = 0
    inbox.a.length = 0
    inbox.b.length = 0
    pair = createPair()
    for (const client of [clients.a, clients.b]) client.renew()
    clients.a.offer()
  }

  /** Whatever is on its way is lost, and the client is back on a new socket at once. */
  function lose(name: Name): void {
    const kept = toServer.filter(({ from }) => from !== name)
    toServer.splice(0, toServer.length, ...kept)
    inbox[name].length = 0
    for (const state of pair.replay(name)) deliver(name, state)
    const { local } = clients[name]
    if (local) tell(name, local)
    pair.recoverCandidates(name)
  }

  function deliver(to: Name, { description }: PeerConnectionState): void {
    if (description?.type === 'create-offer')
      inbox[to].push({ type: 'create-offer', revision: description.revision, wishes: 0 })
    if (description?.type !== 'offer' && description?.type !== 'answer') return
    inbox[to].push({ ...description, wishes: Number(description.sdp.slice(3)) })
  }

  function tell(from: Name, { type, revision, wishes }: Description): void {
    if (type === 'create-offer') return
    pair.relay(from, { id: 'p', description: { type, revision, sdp: `v=0${wishes}` } })
    if (pair.isBroken) repair()
  }

  function createModel(name: Name) {
    const model = {
      state: 'stable' as 'stable' | 'have-local-offer',
      revision: 0,
      stable: 0,
      wishes: 0,
      offered: 0,
      met: 0,
      /** Its latest description, which it repeats when it is back on a new socket. */
      local: null as Description | null,
      /** What a first offer waits for: the answer to its own. */
      queued: null as Description | null,
      renew() {
        Object.assign(model, { state: 'stable', revision: 0, stable: 0, offered: 0, met: 0, local: null, queued: null })
      },
      offer() {
        model.revision++
        model.state = 'have-local-offer'
        model.offered = model.wishes
        say({ type: 'offer', revision: model.revision, wishes: model.wishes })
      },
      reoffer() {
        if (model.state === 'stable' && model.wishes > model.met) model.offer()
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
          const { queued } = model
          model.queued = null
          if (queued) model.hear(queued)
          model.reoffer()
          return
        }
        if (description.revision <= model.stable) return
        if (model.state === 'have-local-offer' && (model.stable === 0 || description.type === 'create-offer')) {
          model.queued = description
          return
        }
        if (description.type === 'create-offer') {
          model.revision = description.revision
          model.offer()
          return
        }
        const wasGlare = model.state === 'have-local-offer'
        model.revision = description.revision
        settle(description.revision)
        say({ type: 'answer', revision: description.revision, wishes: model.wishes })
        if (wasGlare || model.wishes > model.met) model.offer()
      },
    }
    function settle(revision: number) {
      model.state = 'stable'
      model.stable = revision
    }
    function say(description: Description) {
      model.local = description
      toServer.push({ from: name, description })
    }
    return model
  }

  function serverHears(): void {
    const next = toServer.shift()
    if (!next) return
    tell(next.from, next.description)
  }

  function hear(name: Name): void {
    const next = inbox[name].shift()
    if (next) clients[name].hear(next)
  }

  return {
    clients,
    step(step: string) {
      if (step === 'server hears') serverHears()
      else if (step.endsWith('loses')) lose(step.startsWith('a') ? 'a' : 'b')
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
