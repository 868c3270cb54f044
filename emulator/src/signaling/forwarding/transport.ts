import { randomBytes } from 'node:crypto'
import type { Fingerprint } from './description.ts'
import { Dtls, loadDtls, type DtlsMeans } from './dtls.ts'
import type { MediaServer } from './media-server.ts'
import { NetworkPath, type NetworkConditions } from './network-conditions.ts'
import type { RtpPacket } from './rtp-packet.ts'
import type { SrtpSession } from './srtp-session.ts'
import { formatBindingSuccess, type Address, type BindingRequest } from './stun-message.ts'

export type TransportEvents = {
  onRtp(packet: RtpPacket): void
  /** A compound packet. */
  onRtcp(packet: Buffer): void
  /** SCTP. */
  onData(data: Buffer): void
  /** The client can be sent to. */
  onConnected(): void
  onClosed(): void
}

export type IceCredentials = { ufrag: string; password: string }

/** Addresses that one client may use at a time; of more, the oldest are forgotten. */
const MAX_ADDRESSES = 16

/**
 * What carries one client's media: ICE (this end is ICE-lite: it answers checks and makes none), DTLS, SRTP. All
 * clients share one UDP port; whose a packet is follows from the address that its ICE checks came from.
 */
export class Transport {
  readonly #server: MediaServer
  readonly #events: TransportEvents
  readonly #up = new NetworkPath()
  readonly #down = new NetworkPath()
  /** The current ones, and those of before an ICE restart. */
  readonly #credentials: IceCredentials[] = []
  readonly #addresses = new Map<string, Address>()
  #means: DtlsMeans | null = null
  /** Made when the client begins its handshake, which one without media never does. */
  #dtls: Dtls | null = null
  #srtp: SrtpSession | null = null
  /** Where the client is sent to. */
  #remote: Address | null = null
  #fingerprints: readonly Fingerprint[] = []
  #isClosed = false

  constructor(server: MediaServer, events: TransportEvents) {
    this.#server = server
    this.#events = events
    this.restartIce()
  }

  get isConnected(): boolean {
    return this.#srtp !== null && !this.#isClosed
  }

  get iceCredentials(): IceCredentials {
    return this.#credentials.at(-1) ?? { ufrag: '', password: '' }
  }

  /** Loads what the client's handshake takes. */
  async start(): Promise<void> {
    this.#means = await loadDtls()
  }

  expect(fingerprints: readonly Fingerprint[]): void {
    this.#fingerprints = fingerprints
    this.#dtls?.expect(fingerprints)
  }

  /** Makes new credentials; the old path remains until the client uses the new one. */
  restartIce(): void {
    const created = { ufrag: randomBytes(6).toString('base64'), password: randomBytes(18).toString('base64') }
    this.#credentials.push(created)
    this.#server.addUfrag(created.ufrag, this)
    const [oldest] = this.#credentials
    if (this.#credentials.length <= 2 || oldest === undefined) return
    this.#credentials.shift()
    this.#server.removeUfrag(oldest.ufrag)
  }

  setNetwork(conditions: NetworkConditions | null): void {
    this.#up.set(conditions)
    this.#down.set(conditions)
  }

  /** Takes a check that names one of this transport's ufrags. */
  receiveCheck(request: BindingRequest, source: Address): void {
    const credentials = this.#credentials.find(({ ufrag }) => ufrag === request.localUfrag)
    if (credentials === undefined || !request.isAuthentic(credentials.password)) return
    this.#addAddress(source)
    const isCurrent = credentials === this.#credentials.at(-1)
    if (this.#remote === null || (request.isNominated && isCurrent)) this.#remote = source
    const response = formatBindingSuccess(request.transactionId, credentials.password, source)
    this.#down.pass(response.length, () => this.#server.send(response, source))
  }

  /** Takes a datagram from one of this client's addresses. */
  receive(datagram: Buffer): void {
    this.#up.pass(datagram.length, () => this.#receive(datagram))
  }

  sendRtp(packet: RtpPacket): void {
    if (this.#srtp !== null) this.#send(this.#srtp.encryptRtp(packet))
  }

  /** @param packet a compound packet */
  sendRtcp(packet: Buffer): void {
    if (this.#srtp !== null) this.#send(this.#srtp.encryptRtcp(packet))
  }

  sendData(data: Buffer): void {
    this.#dtls?.send(data)
  }

  forgetSource(ssrc: number): void {
    this.#srtp?.forget(ssrc)
  }

  close(): void {
    this.#isClosed = true
    for (const { ufrag } of this.#credentials) this.#server.removeUfrag(ufrag)
    for (const address of this.#addresses.values()) this.#server.removeAddress(address, this)
    this.#addresses.clear()
    this.#up.close()
    this.#down.close()
    this.#dtls?.close()
    this.#srtp = null
  }

  #receive(datagram: Buffer): void {
    if (this.#isClosed) return
    const first = datagram[0] ?? 0
    // RFC 7983: 20–63 is DTLS, 128–191 is RTP and RTCP.
    if (first >= 20 && first <= 63) {
      this.#dtls ??= this.#createDtls()
      return this.#dtls?.receive(datagram)
    }
    if (first < 128 || first > 191 || this.#srtp === null) return
    const second = datagram[1] ?? 0
    if (second >= 192 && second <= 223) {
      const packet = this.#srtp.decryptRtcp(datagram)
      if (packet !== null) this.#events.onRtcp(packet)
      return
    }
    const packet = this.#srtp.decryptRtp(datagram)
    if (packet !== null) this.#events.onRtp(packet)
  }

  #createDtls(): Dtls | null {
    if (this.#means === null) return null
    const dtls = new Dtls(this.#means, {
      send: (datagram) => this.#send(datagram),
      onConnected: (srtp) => {
        this.#srtp = srtp
        this.#events.onConnected()
      },
      onData: (data) => this.#events.onData(data),
      onClosed: () => {
        this.#srtp = null
        this.#events.onClosed()
      },
    })
    dtls.expect(this.#fingerprints)
    return dtls
  }

  #send(datagram: Buffer): void {
    if (this.#isClosed || this.#remote === null) return
    const remote = this.#remote
    this.#down.pass(datagram.length, () => {
      if (!this.#isClosed) this.#server.send(datagram, remote)
    })
  }

  #addAddress(source: Address): void {
    const key = `${source.address} ${source.port}`
    if (this.#addresses.has(key)) return
    this.#addresses.set(key, source)
    this.#server.addAddress(source, this)
    const [oldest] = this.#addresses
    if (this.#addresses.size <= MAX_ADDRESSES || oldest === undefined) return
    this.#addresses.delete(oldest[0])
    this.#server.removeAddress(oldest[1], this)
  }
}
