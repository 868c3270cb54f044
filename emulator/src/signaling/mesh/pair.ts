import { ReceiverTracks } from './receiver-tracks.ts'
import type { ClientPeerConnection, Ice, PeerConnectionState, SessionDescription } from '../message.ts'

/** One participant's side of a pair. */
export type PairEnd<TMember> = {
  readonly member: TMember
  /** Sends to this side. */
  readonly send: (state: PeerConnectionState) => void
}

type Side<TMember> = PairEnd<TMember> & {
  /** What was last addressed to this side, to be said again when it has lost its socket. */
  description: PeerConnectionState['description']
  /**
   * The last answer among them. A side that missed it and got only a later offer would roll back its own offer, though
   * the other side has accepted it.
   */
  answer: PeerConnectionState['description']
  ice: Ice[]
  readonly receiverTracks: ReceiverTracks
  /** Whether this side has made a description of its own, and so lists the pair when it syncs. */
  hasDescribed: boolean
  /** Whether there is something of this side that the other can only learn from another description. */
  mustDescribe: boolean
}

/** Generations of candidates kept per side: the current ones, and those of a restart under way. */
const MAX_ICE_GENERATIONS = 2

/**
 * The peer connection between two participants. Both browsers know it by one id; descriptions and candidates of one
 * are relayed to the other.
 *
 * Browsers may offer at the same moment. If both offers were relayed, both would be rolled back, both answers would be
 * stale, and both sides would offer again, for ever. So at most one offer is open: the other side's is dropped, which
 * makes that side answer and then offer anew by itself. The frames of one client keep their order, so whatever it
 * offers before it answers was made before it saw the open offer.
 */
export class Pair<TMember> {
  readonly id: string
  /** How many pairs of the same two members failed, one after the other, until this one. */
  readonly failures: number
  /** Whether a negotiation has ever been completed. */
  isNegotiated = false
  /** An answer was lost together with a socket and is never repeated: only a new pair helps. */
  isBroken = false
  readonly #sides: readonly [Side<TMember>, Side<TMember>]
  #openOffer: { from: Side<TMember>; revision: number } | null = null
  /** The side that was asked for another offer. The other one's offers are dropped until it comes, as if it were open. */
  #asked: Side<TMember> | null = null
  /** Offers up to this revision are repetitions. */
  #revision = 0

  constructor(id: string, ends: readonly [PairEnd<TMember>, PairEnd<TMember>], failures = 0) {
    this.id = id
    this.failures = failures
    this.#sides = [createSide(ends[0]), createSide(ends[1])]
  }

  get members(): readonly [TMember, TMember] {
    return [this.#sides[0].member, this.#sides[1].member]
  }

  /** The member on the other side. */
  other(member: TMember): TMember {
    return this.#from(member).to.member
  }

  /** Asks a side to make the first offer. */
  requestOffer(member: TMember): void {
    const { from } = this.#from(member)
    this.#revision = 1
    this.#address(from, { type: 'create-offer', revision: 1 })
  }

  /**
   * Takes what a side says about this pair, except that it closed it.
   * @returns whether this completed the first negotiation
   */
  relay(member: TMember, { description, ice }: ClientPeerConnection): boolean {
    const { from, to } = this.#from(member)
    if (ice) this.#relayIce(to, ice)
    if (description?.type === 'offer') this.#relayOffer(from, to, description)
    return description?.type === 'answer' && this.#relayAnswer(from, to, description)
  }

  /**
   * What a side must be sent again after its socket was lost; repetitions are ignored. Nothing about a pair that it cannot
   * know of yet: the id alone would make it open a peer connection and offer, while the other side was asked to.
   */
  replay(member: TMember): PeerConnectionState[] {
    const { description, answer, ice, hasDescribed } = this.#from(member).from
    if (!description && !hasDescribed) return []
    const latest = { id: this.id, description, ice: ice.at(-1) }
    return answer && answer !== description ? [{ id: this.id, description: answer }, latest] : [latest]
  }

  /**
   * Recovers what a side, back on a new socket, may have lost with the old one: its candidates, which it sends only
   * once, though each new description holds all it has; and the request for an offer.
   */
  recover(member: TMember): void {
    const { from, to } = this.#from(member)
    if (this.isNegotiated && this.#openOffer === null && !to.ice.at(-1)?.complete) from.mustDescribe = true
    if (this.#asked === from) this.#ask(from)
    else this.#askIfNeeded()
  }

  /** Whether a side that does not list this pair must have closed it. */
  mustBeListedBy(member: TMember): boolean {
    return this.#from(member).from.hasDescribed
  }

  #relayOffer(from: Side<TMember>, to: Side<TMember>, offer: SessionDescription): void {
    from.hasDescribed = true
    if (from.receiverTracks.applyLocal(offer)) to.mustDescribe = true
    if (offer.revision <= this.#revision) return
    if (this.#asked !== null && this.#asked !== from) return
    if (this.#openOffer !== null && this.#openOffer.from !== from) {
      // Its revision is beyond that of the open offer, so it has answered that one.
      this.isBroken = true
      return
    }
    this.#revision = offer.revision
    this.#openOffer = { from, revision: offer.revision }
    this.#asked = null
    this.#describe(from, to, offer)
  }

  #relayAnswer(from: Side<TMember>, to: Side<TMember>, answer: SessionDescription): boolean {
    from.hasDescribed = true
    const offer = this.#openOffer
    if (offer === null || offer.from === from || offer.revision !== answer.revision) return false
    this.#openOffer = null
    if (from.receiverTracks.applyLocal(answer)) to.mustDescribe = true
    to.answer = this.#describe(from, to, answer)
    const isFirst = !this.isNegotiated
    this.isNegotiated = true
    this.#askIfNeeded()
    return isFirst
  }

  /** Relays a description of one side to the other. */
  #describe(from: Side<TMember>, to: Side<TMember>, description: SessionDescription): SessionDescription {
    const relayed = to.receiverTracks.applyRemote(description)
    from.mustDescribe = relayed !== description
    this.#address(to, relayed)
    return relayed
  }

  /** Once nothing else is under way, asks for an offer from a side that has to describe itself again. */
  #askIfNeeded(): void {
    if (!this.isNegotiated || this.#openOffer !== null || this.#asked !== null) return
    const side = this.#sides.find(({ mustDescribe }) => mustDescribe)
    if (side) this.#ask(side)
  }

  #ask(side: Side<TMember>): void {
    this.#asked = side
    // Not remembered: if it is lost, the next socket brings it again.
    side.send({ id: this.id, description: { type: 'create-offer', revision: this.#revision + 1 } })
  }

  #relayIce(to: Side<TMember>, ice: Ice): void {
    const known = to.ice.find(({ ufrag }) => ufrag === ice.ufrag)
    if (known && ice.revision <= known.revision) return
    to.ice = [...to.ice.filter((other) => other !== known), ice].slice(-MAX_ICE_GENERATIONS)
    to.send({ id: this.id, ice })
  }

  #address(to: Side<TMember>, description: NonNullable<PeerConnectionState['description']>): void {
    to.description = description
    to.send({ id: this.id, description })
  }

  #from(member: TMember): { from: Side<TMember>; to: Side<TMember> } {
    const [first, second] = this.#sides
    return first.member === member ? { from: first, to: second } : { from: second, to: first }
  }
}

function createSide<TMember>(end: PairEnd<TMember>): Side<TMember> {
  return {
    ...end,
    description: undefined,
    answer: undefined,
    ice: [],
    receiverTracks: new ReceiverTracks(),
    hasDescribed: false,
    mustDescribe: false,
  }
}
