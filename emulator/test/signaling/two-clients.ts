import type { PeerConnectionState } from '../../src/signaling/message.ts'
import { Pair } from '../../src/signaling/mesh/pair.ts'
import { createSdkModel, type Description, type SdkModel } from './sdk-model.ts'

type Name = 'a' | 'b'

/** Two clients that follow the SDK's rules for descriptions, and a server between them; each line keeps its order. */
export function createTwoClients() {
  const toServer: { from: Name; description: Description }[] = []
  const inbox: Record<Name, Description[]> = { a: [], b: [] }
  const clients = { a: createClient('a'), b: createClient('b') }
  const both = [clients.a, clients.b]
  let pair = createPair()
  // As after a join: one has offered, and the other knows nothing yet.
  clients.a.offer()
  clients.a.finishOffer()

  function createClient(name: Name): SdkModel {
    return createSdkModel(name, (description) => toServer.push({ from: name, description }))
  }

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
    for (const client of both) client.renew()
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

  function tell(from: Name, description: Description): void {
    const { type, revision, sdp } = description
    if (type === 'create-offer') return
    clients[from].arrived(description)
    pair.relay(from, { id: 'p', description: { type, revision, sdp } })
    if (pair.isBroken) repair()
  }

  function serverHears(): void {
    const next = toServer.shift()
    if (next) tell(next.from, next.description)
  }

  function hear(name: Name): void {
    const next = inbox[name].shift()
    if (next) clients[name].hear(next)
  }

  const actions: Record<string, (name: Name) => void> = {
    publishes: (name) => clients[name].publish(),
    unpublishes: (name) => clients[name].unpublish(),
    offers: (name) => clients[name].finishOffer(),
    applies: (name) => clients[name].finishApplying(),
    hears: hear,
    loses: lose,
  }

  /** Both always hear at the same moment, which is when offers cross most. */
  function run(): void {
    const isBusy = () =>
      toServer.length + inbox.a.length + inbox.b.length > 0 ||
      both.some(({ isOffering, applying }) => isOffering || applying)
    for (let turn = 0; isBusy(); turn++) {
      if (turn > 200) throw new Error('The two never come to rest')
      for (const client of both) client.finishOffer()
      for (const client of both) client.finishApplying()
      while (toServer.length > 0) serverHears()
      const [forA, forB] = [inbox.a.splice(0), inbox.b.splice(0)]
      for (const description of forA) clients.a.hear(description)
      for (const description of forB) clients.b.hear(description)
    }
  }

  return {
    clients,
    steps: ['server hears', 'all rest', ...Object.keys(actions).flatMap((action) => [`a ${action}`, `b ${action}`])],
    step(step: string) {
      const [name, action = ''] = step.split(' ') as [Name | 'server' | 'all', string?]
      if (name === 'server') serverHears()
      else if (name === 'all') run()
      else actions[action]?.(name)
    },
    run,
    unmet: () => both.filter(({ wishes, met }) => wishes > met),
    /** The tracks that each publishes, and those that the other's page was told of. */
    tracks: () => ({
      sent: both.map(({ lines }) => lines.filter((track) => track !== null).toSorted()),
      received: both.toReversed().map(({ received }) => [...received.values()].map(String).toSorted()),
    }),
  }
}
