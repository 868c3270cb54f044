import { randomUUID } from 'node:crypto'
import type { ClientPeerConnection, PeerConnectionState } from './message.ts'
import { Pair, type PairEnd } from './pair.ts'

/** A participant with a browser, as the mesh sees it. */
export type MeshMember = {
  sendPeerConnection(state: PeerConnectionState): void
  /**
   * The pair with `other` was closed and made anew. The client keeps the dead receivers of tracks it still counts as
   * subscribed, so its subscriptions to the other's tracks must be taken away and given back.
   */
  renewSubscriptions(other: MeshMember): void
}

type Seat = {
  /** Pairs by id. */
  readonly pairs: Map<string, Pair<MeshMember>>
  /** The peer connection brought along by one who is alone. Nobody answers it; whoever comes next brings their own. */
  initial: string | null
}

/** Pairs that may fail, one after the other, before they were ever negotiated; then two members are left unpaired. */
const MAX_FAILURES = 10

/**
 * The peer connections of one room: one between every two members, no more. A spare one would show in
 * `room.getStats()`, and its state `new` would hide from the SDK that the others have failed.
 */
export class Mesh {
  readonly #seats = new Map<MeshMember, Seat>()
  readonly #createId: () => string

  constructor(createId: () => string = randomUUID) {
    this.#createId = createId
  }

  /**
   * Pairs a newcomer with everyone present. Their own offer goes to the first one; each other one is asked to offer on
   * a new peer connection.
   */
  join(newcomer: MeshMember, peerConnections: readonly ClientPeerConnection[]): void {
    const present = [...this.#seats.keys()]
    const offered = peerConnections.find(({ id, description }) => description?.type === 'offer' && !this.#isKnown(id))
    const initial = present.length === 0 ? (offered?.id ?? null) : null
    this.#seats.set(newcomer, { pairs: new Map(), initial })

    for (const [index, member] of present.entries()) {
      this.#dismissInitial(member)
      if (index === 0 && offered) this.#pair(offered.id, newcomer, member).relay(newcomer, offered)
      else this.#pair(this.#createId(), newcomer, member).requestOffer(member)
    }
  }

  /** Takes what a member says about one of its peer connections. */
  receive(member: MeshMember, state: ClientPeerConnection): void {
    const seat = this.#seats.get(member)
    if (!seat) return
    const { id, description } = state
    const pair = seat.pairs.get(id)
    if (description?.type === 'close') {
      if (pair) this.#repair(pair, member)
      else if (seat.initial === id) seat.initial = null
    } else if (pair) {
      const isFirst = pair.relay(member, state)
      if (pair.isBroken) {
        this.#closeAt(pair, member)
        this.#repair(pair, member)
      } else if (isFirst && pair.failures > 0) {
        for (const end of pair.members) end.renewSubscriptions(pair.other(end))
      }
    }
  }

  /**
   * Takes what a member says when it is back on a new socket: all its peer connections with their latest descriptions.
   * @returns all its peer connections, with what was last addressed to it
   */
  resync(member: MeshMember, states: readonly ClientPeerConnection[]): PeerConnectionState[] {
    const seat = this.#seats.get(member)
    if (!seat) return []
    const listed = new Set(states.map(({ id }) => id))
    // Closed by the client while it was away: its word about that is lost.
    for (const pair of seat.pairs.values()) {
      if (!listed.has(pair.id) && pair.mustBeListedBy(member)) this.#repair(pair, member)
    }
    const replay = Array.from(seat.pairs.values(), (pair) => pair.replay(member)).flat()
    if (seat.initial) replay.push({ id: seat.initial })
    return replay
  }

  /** Makes good what a member said while its socket was being lost; to be called once it has been told all again. */
  recover(member: MeshMember): void {
    for (const pair of this.#seats.get(member)?.pairs.values() ?? []) pair.recover(member)
  }

  /** Closes all pairs of a member at their other ends; the member itself closes its own without being told. */
  leave(member: MeshMember): void {
    const seat = this.#seats.get(member)
    if (!seat) return
    this.#seats.delete(member)
    for (const pair of seat.pairs.values()) this.#closeAt(pair, pair.other(member))
  }

  #pair(id: string, one: MeshMember, two: MeshMember, failures?: number): Pair<MeshMember> {
    const pair = new Pair<MeshMember>(id, [createEnd(one), createEnd(two)], failures)
    this.#seats.get(one)?.pairs.set(id, pair)
    this.#seats.get(two)?.pairs.set(id, pair)
    return pair
  }

  #closeAt(pair: Pair<MeshMember>, member: MeshMember): void {
    this.#seats.get(member)?.pairs.delete(pair.id)
    member.sendPeerConnection({ id: pair.id, description: { type: 'close', revision: 1 } })
  }

  /** A member has closed a pair that could not be saved: close the other end and pair the two anew. */
  #repair(pair: Pair<MeshMember>, closer: MeshMember): void {
    const other = pair.other(closer)
    const failures = pair.isNegotiated ? 1 : pair.failures + 1
    this.#seats.get(closer)?.pairs.delete(pair.id)
    this.#closeAt(pair, other)
    // An id that was closed is dead in both browsers.
    if (failures <= MAX_FAILURES) this.#pair(this.#createId(), closer, other, failures).requestOffer(other)
  }

  #dismissInitial(member: MeshMember): void {
    const seat = this.#seats.get(member)
    if (!seat?.initial) return
    member.sendPeerConnection({ id: seat.initial, description: { type: 'close', revision: 1 } })
    seat.initial = null
  }

  #isKnown(id: string): boolean {
    return [...this.#seats.values()].some(({ pairs, initial }) => initial === id || pairs.has(id))
  }
}

function createEnd(member: MeshMember): PairEnd<MeshMember> {
  return { member, send: (state) => member.sendPeerConnection(state) }
}
