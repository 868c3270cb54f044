import type { PeerConnectionState } from '../../src/signaling/message.ts'
import { Pair } from '../../src/signaling/pair.ts'

type Name = 'a' | 'b'
type Description = { type: 'offer' | 'answer' | 'create-offer'; revision: number; sdp: string }

/** Two clients that follow the SDK's rules for descriptions, and a server between them; each line keeps its order. */
export function createTwoClients() {
  const toServer: { from: Name; description: Description }[] = []
  const inbox: Record<Name, Description[]> = { a: [], b: [] }
  const clients = { a: createModel('a'), b: createModel('b') }
  let pair = createPair()
  // As after a join: one has offered, and the other knows nothing yet.
  clients.a.offer()
  clients.a.finishOffer()

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
    clients.a.finishOffer()
  }

  /** Whatever is on its way is lost, and the client is back on a new socket at once. */
  function lose(name: Name): void {
    const kept = toServer.filter(({ from }) => from !== name)
    toServer.splice(0, toServer.length, ...kept)
    inbox[name].length = 0
    for (const state of pair.replay(name)) deliver(name, state)
    const { local } = clients[name]
    if (local) tell(name, local)
    pair.recover(name)
  }

  function deliver(to: Name, { description }: PeerConnectionState): void {
    if (!description) return
    const { type, revision } = description
    if (type !== 'close') inbox[to].push({ type, revision, sdp: 'sdp' in description ? description.sdp : '' })
  }

  function tell(from: Name, { type, revision, sdp }: Description): void {
    if (type === 'create-offer') return
    pair.relay(from, { id: 'p', description: { type, revision, sdp } })
    if (pair.isBroken) repair()
  }

  function createModel(name: Name) {
    let made = 0
    const model = {
      state: 'stable' as 'stable' | 'have-local-offer',
      /** Its browser is asked for an offer, and takes its time. */
      isOffering: false,
      revision: 0,
      stable: 0,
      wishes: 0,
      offered: 0,
      met: 0,
      /** Its latest description, which it repeats when it is back on a new socket. */
      local: null as Description | null,
      /** What a first offer waits for: the answer to its own. */
      queued: null as Description | null,
      /** The track that it sends on each of its lines; a line may be without. */
      lines: [] as (string | null)[],
      /** How many of them the browser has negotiated: an answer has no others. */
      known: 0,
      /** Lines without a track at the last negotiation: they are used again. */
      free: [] as number[],
      /** What its page was told of the other's tracks, by line. */
      received: new Map<string, string>(),
      renew() {
        Object.assign(model, {
          state: 'stable',
          isOffering: false,
          revision: 0,
          stable: 0,
          offered: 0,
          met: 0,
          local: null,
          queued: null,
        })
        Object.assign(model, { lines: model.lines.filter((track) => track !== null), known: 0, free: [] })
        model.received.clear()
      },
      offer() {
        model.isOffering = true
      },
      finishOffer() {
        if (!model.isOffering) return
        model.isOffering = false
        model.revision++
        model.state = 'have-local-offer'
        model.offered = model.wishes
        say('offer', model.lines)
      },
      reoffer() {
        if (model.wishes > model.met) wish(0)
      },
      publish() {
        // A client knows of a peer connection only once it has offered or been offered to.
        if (model.revision === 0) return
        model.lines[model.free.shift() ?? model.lines.length] = `${name}-track-${++made}`
        wish(1)
      },
      unpublish() {
        const line = model.lines.findIndex((track) => track !== null)
        if (line === -1) return
        model.lines[line] = null
        wish(1)
      },
      hear(description: Description) {
        // One thing after the other.
        model.finishOffer()
        if (description.type === 'answer') {
          if (description.revision !== model.revision || model.state !== 'have-local-offer') return
          receive(description)
          model.known = linesOf(model.local).length
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
        receive(description)
        settle(description.revision)
        say('answer', model.lines.slice(0, model.known))
        if (wasGlare || model.wishes > model.met) model.offer()
      },
    }
    function wish(more: number) {
      model.wishes += more
      if (model.state === 'stable' && model.revision > 0) model.offer()
    }
    function settle(revision: number) {
      model.state = 'stable'
      model.stable = revision
      model.free = model.lines.flatMap((track, line) => (track === null ? line : []))
    }
    /** The page hears of a track when its line begins to send, and at no other time. */
    function receive(description: Description) {
      for (const [line, track] of linesOf(description)) {
        if (track === null) model.received.delete(line)
        else if (!model.received.has(line)) model.received.set(line, track)
      }
    }
    function say(type: 'offer' | 'answer', lines: readonly (string | null)[]) {
      const sections = lines.map((track, line) =>
        [
          'm=video 9 UDP/TLS/RTP/SAVPF 96',
          `a=mid:${name}${line}`,
          ...(track ? [`a=msid:- ${track}`, 'a=sendrecv'] : ['a=recvonly']),
        ]
          .map((attribute) => `${attribute}\r\n`)
          .join(''),
      )
      model.local = { type, revision: model.revision, sdp: ['v=0\r\n', ...sections].join('') }
      toServer.push({ from: name, description: model.local })
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
      const [name, deed] = step.split(' ') as [Name | 'server', string]
      if (name === 'server') serverHears()
      else if (deed === 'hears') hear(name)
      else if (deed === 'offers') clients[name].finishOffer()
      else if (deed === 'loses') lose(name)
      else if (deed === 'publishes') clients[name].publish()
      else clients[name].unpublish()
    },
    /** Both always hear at the same moment, which is when offers cross most. */
    run() {
      const both = [clients.a, clients.b]
      const isBusy = () =>
        toServer.length + inbox.a.length + inbox.b.length > 0 || both.some((client) => client.isOffering)
      for (let turn = 0; isBusy(); turn++) {
        if (turn > 200) throw new Error('The two never come to rest')
        for (const client of both) client.finishOffer()
        while (toServer.length > 0) serverHears()
        const [forA, forB] = [inbox.a.splice(0), inbox.b.splice(0)]
        for (const description of forA) clients.a.hear(description)
        for (const description of forB) clients.b.hear(description)
      }
    },
    unmet: () => [clients.a, clients.b].filter(({ wishes, met }) => wishes > met),
    /** The tracks that each publishes, and those that the other's page was told of. */
    tracks: () => ({
      sent: [clients.a, clients.b].map(({ lines }) => lines.filter((track) => track !== null)),
      received: [clients.b, clients.a].map(({ received }) => [...received.values()].toSorted()),
    }),
  }
}

/** Each line of a description, and the track on it. */
function linesOf(description: Description | null): [line: string, track: string | null][] {
  const sections = description?.sdp.split(/^(?=m=)/m).slice(1) ?? []
  return sections.map((section) => {
    const track = section.includes('a=sendrecv') ? /^a=msid:- (\S+)/m.exec(section)?.[1] : null
    return [/^a=mid:(\S+)/m.exec(section)?.[1] ?? '', track ?? null]
  })
}
