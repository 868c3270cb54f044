import { randomUUID } from 'node:crypto'
import type { MediaMember } from '../media/media-room.ts'
import type { ClientPeerConnection, PeerConnectionState } from '../message.ts'
import { Pair, type PairEnd } from './pair.ts'

type MeshEntry = {
  /** Pairs by id. */
  readonly pairs: Map<string, Pair<MediaMember>>
  /** The offer of a member who is alone. It gets no answer; the next member to join brings an offer of its own. */
  initial: string | null
}

/** Pairs that may fail, one after the other, before they were ever negotiated; then two members are left unpaired. */
const MAX_FAILURES = 10

/**
 * The peer connections of one room: one between every two members, no more. A spare one would show in
 * `room.getStats()`, and its state `new` would hide from the SDK that the others have failed.
 */
export class Mesh {
  readonly #entries = new Map<MediaMember, MeshEntry>()
  readonly #createId: () => string

  constructor(createId: () => string = randomUUID) {
    this.#createId = createId
  }

  /**
   * Pairs a newcomer with everyone present. Their own offer goes to the first one; each other one is asked to offer on
   * a new peer connection.
   */
  join(newcomer: MediaMember, peerConnections: readonly ClientPeerConnection[]): void {
    const present = [...this.#entries.keys()]
    const offered = peerConnections.find(({ id, description }) => description?.type === 'offer' && !this.#isKnown(id))
    const initial = present.length === 0 ? (offered?.id ?? null) : null
    this.#entries.set(newcomer, { pairs: new Map(), initial })

    for (const [index, member] of present.entries()) {
      this.#dismissInitial(member)
      if (index === 0 && offered) this.#pair(offered.id, newcomer, member).relay(newcomer, offered)
      else this.#pair(this.#createId(), newcomer, member).requestOffer(member)
    }
  }

  /** Takes what a member says about one of its peer connections. */
  receive(member: MediaMember, state: ClientPeerConnection): void {
    const entry = this.#entries.get(member)
    if (!entry) return
    const { id, description } = state
    const pair = entry.pairs.get(id)
    if (description?.type === 'close') {
      if (pair) this.#repair(pair, member)
      else if (entry.initial === id) entry.initial = null
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
  resync(member: MediaMember, states: readonly ClientPeerConnection[]): PeerConnectionState[] {
    const entry = this.#entries.get(member)
    if (!entry) return []
    const listed = new Set(states.map(({ id }) => id))
    // The client closed it while it had no connection, and its message about that is lost.
    for (const pair of entry.pairs.values()) {
      if (!listed.has(pair.id) && pair.mustBeListedBy(member)) this.#repair(pair, member)
    }
    const replay = Array.from(entry.pairs.values(), (pair) => pair.replay(member)).flat()
    if (entry.initial) replay.push({ id: entry.initial })
    return replay
  }

  /** Recovers what a member sent while its socket was being lost. Call it after the full state was sent again. */
  recover(member: MediaMember): void {
    for (const pair of this.#entries.get(member)?.pairs.values() ?? []) pair.recover(member)
  }

  /** Closes all pairs of a member at their other ends; the member itself closes its own without a message. */
  leave(member: MediaMember): void {
    const entry = this.#entries.get(member)
    if (!entry) return
    this.#entries.delete(member)
    for (const pair of entry.pairs.values()) this.#closeAt(pair, pair.other(member))
  }

  #pair(id: string, one: MediaMember, two: MediaMember, failures?: number): Pair<MediaMember> {
    const pair = new Pair<MediaMember>(id, [createEnd(one), createEnd(two)], failures)
    this.#entries.get(one)?.pairs.set(id, pair)
    this.#entries.get(two)?.pairs.set(id, pair)
    return pair
  }

  #closeAt(pair: Pair<MediaMember>, member: MediaMember): void {
    this.#entries.get(member)?.pairs.delete(pair.id)
    member.sendPeerConnection({ id: pair.id, description: { type: 'close', revision: 1 } })
  }

  /** A member has closed a pair whose connection could not be restored: closes the other end and pairs the two anew. */
  #repair(pair: Pair<MediaMember>, closer: MediaMember): void {
    const other = pair.other(closer)
    const failures = pair.isNegotiated ? 1 : pair.failures + 1
    this.#entries.get(closer)?.pairs.delete(pair.id)
    this.#closeAt(pair, other)
    // Both browsers ignore an id that was closed.
    if (failures <= MAX_FAILURES) this.#pair(this.#createId(), closer, other, failures).requestOffer(other)
  }

  #dismissInitial(member: MediaMember): void {
    const entry = this.#entries.get(member)
    if (!entry?.initial) return
    member.sendPeerConnection({ id: entry.initial, description: { type: 'close', revision: 1 } })
    entry.initial = null
  }

  #isKnown(id: string): boolean {
    return [...this.#entries.values()].some(({ pairs, initial }) => initial === id || pairs.has(id))
  }
}

function createEnd(member: MediaMember): PairEnd<MediaMember> {
  return { member, send: (state) => member.sendPeerConnection(state) }
}
