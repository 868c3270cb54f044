import { randomInt } from 'node:crypto'
import type { ClientPeerConnection, PeerConnectionState } from '../message.ts'
import { DataChannels, type ChannelMessage, type ChannelType } from './data-channels.ts'
import type { Description, MediaKind, Section } from './description.ts'
import { parseDescription } from './parse-description.ts'
import { formatDescription } from './format-description.ts'
import { Downlink } from './downlink.ts'
import { loadDtls } from './dtls.ts'
import { Lines } from './lines.ts'
import type { MediaServer } from './media-server.ts'
import { Negotiation } from './negotiation.ts'
import { parseRtcp } from './rtcp-packet.ts'
import { Transport } from './transport.ts'
import { Uplink } from './uplink.ts'

export type ClientPeerEvents = {
  /** To the client, over signalling. */
  send(state: PeerConnectionState): void
  /** The client sends other tracks than before. */
  onSources(): void
  /** The client has begun to negotiate: what it is to get can go into the first answer. */
  onBegun(): void
  /** The client can send, and has taken in what it was offered: once, when both first hold. */
  onReady(): void
  /** What the client receives has changed, or can begin. */
  onAgreed(): void
  onAudioLevel(decibelsBelowFull: number): void
  onChannelOpened(label: string, type: ChannelType): void
  onChannelMessage(label: string, message: ChannelMessage): void
  onChannelClosed(label: string): void
  /** Something is wrong here, and not with the client. */
  reportError(error: unknown): void
}

type Local = { addresses: readonly string[]; port: number; fingerprint: { algorithm: string; value: string } }

/** How long after connecting a client may take to answer what it was offered; after that it is one that never does. */
const PATIENCE_MS = 5000

/** The server's end of one client's peer connection: its negotiation, and all that passes over it. */
export class ClientPeer {
  readonly uplink: Uplink
  readonly downlink: Downlink
  readonly channels: DataChannels
  readonly transport: Transport
  readonly #server: MediaServer
  readonly #events: ClientPeerEvents
  readonly #lines: Lines
  readonly #negotiation: Negotiation
  readonly #sessionId = randomInt(2 ** 47)
  #version = 0
  #local: Local | null = null
  #remoteUfrag: string | null = null
  /** Descriptions are taken one after the other; the first waits for the server to have a port. */
  #work: Promise<void> = Promise.resolve()
  #isOfferDue = false
  #connectedAt = 0
  #isReady = false
  #isClosed = false

  /** @param asked whether the client is asked for the first offer, as it has closed the connection before */
  constructor(server: MediaServer, id: string, roomCodecs: readonly string[], events: ClientPeerEvents, asked = false) {
    this.#server = server
    this.#events = events
    this.#lines = new Lines(roomCodecs)
    this.transport = new Transport(server, {
      onRtp: (packet) => this.uplink.receive(packet, performance.now()),
      onRtcp: (packet) => this.#receiveRtcp(packet),
      onData: (data) => this.channels.receive(data),
      onConnected: () => {
        server.addTicker(this)
        this.#connectedAt = performance.now()
        this.#checkReady(this.#connectedAt)
        events.onAgreed()
      },
      // The client notices by itself, and says so.
      onClosed: () => {},
    })
    this.uplink = new Uplink({
      sendRtcp: (packet) => this.transport.sendRtcp(packet),
      onAudioLevel: (level) => events.onAudioLevel(level),
    })
    this.downlink = new Downlink({
      sendRtp: (packet) => this.transport.sendRtp(packet),
      sendRtcp: (packet) => this.transport.sendRtcp(packet),
    })
    this.channels = new DataChannels({
      send: (packet) => this.transport.sendData(packet),
      onOpened: (label, type) => events.onChannelOpened(label, type),
      onMessage: (label, message) => events.onChannelMessage(label, message),
      onClosed: (label) => events.onChannelClosed(label),
    })
    const negotiation = {
      send: (state: PeerConnectionState) => events.send(state),
      createOffer: (isNeeded: boolean) => this.#createOffer(isNeeded),
      answer: (sdp: string) => this.#answer(sdp),
      accept: (sdp: string) => this.#accept(sdp),
      assumeAccepted: () => this.#lines.assumeAccepted(),
    }
    this.#negotiation = new Negotiation(id, negotiation, asked ? 1 : 0)
  }

  get id(): string {
    return this.#negotiation.id
  }

  /** Whether the client has begun to negotiate, and so can be offered tracks. */
  get hasBegun(): boolean {
    return this.#local !== null
  }

  /** Takes what the client says about this connection, except that it closed it. */
  receive(state: ClientPeerConnection): void {
    if (state.description === undefined) return
    this.#enqueue(async () => {
      if (this.#local === null) {
        await this.#prepare()
        this.#events.onBegun()
      }
      if (this.#isClosed) return
      this.#negotiation.receive(state)
      this.#checkReady(performance.now())
    })
  }

  /** What the client must be sent again after it has lost its socket. */
  replay(): PeerConnectionState[] {
    return this.#negotiation.replay()
  }

  /** Sends a track from now on: the client is offered a line for it. */
  addTrack(kind: MediaKind, trackId: string, streamId: string): void {
    const outgoing = { kind, trackId, streamId, ssrc: randomSsrc(), rtxSsrc: randomSsrc() }
    this.#lines.add(outgoing)
    this.downlink.add(outgoing)
    this.negotiate()
  }

  removeTrack(trackId: string): void {
    const outgoing = this.downlink.forwards.get(trackId)?.outgoing
    this.#lines.remove(trackId)
    this.downlink.remove(trackId)
    if (outgoing) for (const ssrc of [outgoing.ssrc, outgoing.rtxSsrc]) this.transport.forgetSource(ssrc)
    this.negotiate()
  }

  /** There are to be data channels. */
  wantChannels(): void {
    this.#lines.wantApplication()
    this.negotiate()
  }

  /** Offers what has changed, at the end of the turn. */
  negotiate(): void {
    if (this.#isOfferDue) return
    this.#isOfferDue = true
    setImmediate(() => {
      this.#isOfferDue = false
      this.#enqueue(async () => this.#negotiation.offer())
    })
  }

  tick(nowMs: number): void {
    if (!this.transport.isConnected) return
    this.#checkReady(nowMs)
    this.uplink.tick(nowMs, this.downlink.roundTripMs)
    this.downlink.tick(nowMs)
  }

  close(): void {
    this.#isClosed = true
    this.#server.removeTicker(this)
    this.downlink.close()
    this.channels.stop()
    this.transport.close()
  }

  async #prepare(): Promise<void> {
    const [socket, { certificate }] = await Promise.all([this.#server.open(), loadDtls(), this.transport.start()])
    const [fingerprint] = certificate.getFingerprints()
    if (fingerprint) this.#local = { addresses: socket.addresses, port: socket.port, fingerprint }
  }

  #createOffer(isNeeded: boolean): string | null {
    return isNeeded || this.#lines.needsOffer ? this.#format(this.#lines.offer(), 'actpass') : null
  }

  #answer(sdp: string): string | null {
    const description = parseDescription(sdp)
    const sections = description && this.#lines.answer(description)
    if (!sections) return null
    this.#apply(description)
    return this.#format(sections, 'passive')
  }

  #accept(sdp: string): boolean {
    const description = parseDescription(sdp)
    if (description === null || !this.#lines.accept(description)) return false
    this.#apply(description)
    return true
  }

  #apply(description: Description): void {
    if (this.#remoteUfrag !== null && this.#remoteUfrag !== description.iceUfrag) this.transport.restartIce()
    this.#remoteUfrag = description.iceUfrag
    this.transport.expect(description.fingerprints)
    const port = this.#lines.sctpPort
    if (port !== null) void this.channels.start(port)
    const haveChanged = this.uplink.update(this.#lines.incoming(), this.#lines.extensionIds())
    this.downlink.agree(this.#lines.agreed())
    if (haveChanged) this.#events.onSources()
    this.#events.onAgreed()
  }

  #format(sections: readonly Section[], setup: 'actpass' | 'passive'): string {
    const { ufrag, password } = this.transport.iceCredentials
    const { addresses = [], port = 9, fingerprint = { algorithm: '', value: '' } } = this.#local ?? {}
    return formatDescription(sections, {
      sessionId: this.#sessionId,
      version: this.#version++,
      iceUfrag: ufrag,
      icePassword: password,
      fingerprint,
      setup,
      addresses,
      port,
    })
  }

  #receiveRtcp(compound: Buffer): void {
    const now = performance.now()
    for (const packet of parseRtcp(compound)) {
      switch (packet.type) {
        case 'sender-report':
          this.uplink.receiveSenderReport(packet.ssrc, packet.report, now)
          this.downlink.receiveReports(packet.blocks, now)
          break
        case 'receiver-report':
          this.downlink.receiveReports(packet.blocks, now)
          break
        case 'nack':
          this.downlink.resend(packet.mediaSsrc, packet.sequences, now)
          break
        case 'keyframe-request':
          this.downlink.requestKeyframe(packet.mediaSsrc, now)
          break
        case 'bitrate':
          this.downlink.bandwidth.receiveBitrate(packet.bitsPerSecond)
          break
      }
    }
  }

  #checkReady(nowMs: number): void {
    if (this.#isReady || !this.transport.isConnected) return
    if (!this.#negotiation.canOffer && nowMs - this.#connectedAt < PATIENCE_MS) return
    this.#isReady = true
    this.#events.onReady()
  }

  #enqueue(step: () => Promise<void>): void {
    this.#work = this.#work
      .then(() => (this.#isClosed ? undefined : step()))
      .catch((error: unknown) => this.#events.reportError(error))
  }
}

function randomSsrc(): number {
  return randomInt(1, 2 ** 32 - 1)
}
