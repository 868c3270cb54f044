import { ReceiverTracks } from '../mesh/receiver-tracks.ts'
import type { ClientPeerConnection, PeerConnectionState, SessionDescription } from '../message.ts'

export type NegotiationEvents = {
  send(state: PeerConnectionState): void
  /** Makes the text of an offer; `null` when there is nothing to offer, unless it is needed all the same. */
  createOffer(isNeeded: boolean): string | null
  /** Takes a client's offer. @returns the text of the answer, or `null` when the offer cannot be used */
  answer(sdp: string): string | null
  /** Takes a client's answer. @returns whether it can be used */
  accept(sdp: string): boolean
  /** The client has answered the last offer, but the answer was lost. */
  assumeAccepted(): void
}

/**
 * Who offers when, on one client's peer connection. The first offer is the client's. Where both sides offer at once,
 * this side never yields: the client then takes its offer back, answers, and offers anew.
 */
export class Negotiation {
  readonly id: string
  readonly #events: NegotiationEvents
  /** What the client's page knows of the tracks that it is sent. */
  readonly #receiver = new ReceiverTracks()
  /** Whether tracks were withheld, to begin with the next description. */
  #mustRepeat = false
  /** Of the latest description of either side. */
  #revision: number
  #isOffering = false
  #hasBegun = false
  /** What was last said to the client, to be said again when it has lost its socket. */
  #last: PeerConnectionState['description']
  /** The answer before an open offer: a client that missed it would take back what this side has accepted. */
  #answer: PeerConnectionState['description']

  /** @param revision what the client was asked to offer with; 0 when it offers by itself */
  constructor(id: string, events: NegotiationEvents, revision = 0) {
    this.id = id
    this.#events = events
    this.#revision = revision
    if (revision > 0) this.#send({ type: 'create-offer', revision })
  }

  /** Whether an offer can be made now. */
  get canOffer(): boolean {
    return this.#hasBegun && !this.#isOffering
  }

  receive({ description }: ClientPeerConnection): void {
    if (description?.type === 'close' || description === undefined) return
    if (this.#receiver.applyLocal(description)) this.#mustRepeat = true
    if (description.type === 'offer') this.#receiveOffer(description)
    else this.#receiveAnswer(description)
  }

  /** Offers what there is to offer, unless an answer is awaited: then it is made good afterwards. */
  offer(): void {
    if (!this.canOffer) return
    const sdp = this.#events.createOffer(this.#mustRepeat)
    if (sdp === null) return
    this.#isOffering = true
    this.#send(this.#withhold({ type: 'offer', revision: ++this.#revision, sdp }))
  }

  /** What the client must be sent again after it has lost its socket. */
  replay(): PeerConnectionState[] {
    const { id } = this
    if (this.#last === undefined) return [{ id }]
    const states = this.#answer !== undefined && this.#answer !== this.#last ? [this.#answer, this.#last] : [this.#last]
    return states.map((description) => ({ id, description }))
  }

  #receiveOffer({ revision, sdp }: SessionDescription): void {
    if (revision <= this.#revision) return
    if (this.#isOffering) {
      // A revision beyond the open offer's: the client has answered that, and the answer was lost.
      this.#events.assumeAccepted()
      this.#isOffering = false
    }
    const answer = this.#events.answer(sdp)
    if (answer === null) return
    this.#hasBegun = true
    this.#revision = revision
    this.#answer = this.#withhold({ type: 'answer', revision, sdp: answer })
    this.#send(this.#answer)
    this.offer()
  }

  #receiveAnswer({ revision, sdp }: SessionDescription): void {
    if (!this.#isOffering || revision !== this.#revision || !this.#events.accept(sdp)) return
    this.#isOffering = false
    this.offer()
  }

  /** Lets lines pause on which the page would miss a track. */
  #withhold(description: SessionDescription): SessionDescription {
    const relayed = this.#receiver.applyRemote(description)
    this.#mustRepeat = relayed !== description
    return relayed
  }

  #send(description: NonNullable<PeerConnectionState['description']>): void {
    this.#last = description
    this.#events.send({ id: this.id, description })
  }
}
