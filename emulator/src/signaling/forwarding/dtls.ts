import type * as Werift from 'werift'
import type { DtlsServer as WeriftServer, RTCCertificate } from 'werift'
import { AEAD_AES_128_GCM, AES128_CM_SHA1_80, createSrtpCipher, keyLengthsOf } from './srtp.ts'
import { SrtpSession } from './srtp-session.ts'
import type { Fingerprint } from './description.ts'
import { HandshakeMessages } from './handshake-messages.ts'

export type DtlsEvents = {
  send(datagram: Buffer): void
  onConnected(srtp: SrtpSession): void
  /** Application data: SCTP. */
  onData(data: Buffer): void
  /** The client has ended the connection, or is not who it said it was. */
  onClosed(): void
}

const HANDSHAKE = 22
const CLIENT_HELLO = 1
/** A handshake takes some ten datagrams, a few more where they get lost. */
const MAX_HANDSHAKE_DATAGRAMS = 400
/** Past every flight that werift's timers wait for. */
const LAST_FLIGHT = 99

type HandshakeFragment = Parameters<WeriftServer['handleFragmentHandshake']>[0][number]

/** What every client's DTLS is made of. */
export type DtlsMeans = { werift: typeof Werift; certificate: RTCCertificate }

let loading: Promise<DtlsMeans> | null = null

/** Loads what DTLS takes, and makes the process's certificate: once, when the first client needs it. */
export function loadDtls(): Promise<DtlsMeans> {
  loading ??= import('werift').then(async (werift) => {
    return { werift, certificate: await werift.RTCDtlsTransport.SetupCertificate() }
  })
  return loading
}

/** The server's side of one client's DTLS: keys for SRTP, and a way for SCTP. The handshake is werift's. */
export class Dtls {
  readonly #server: WeriftServer
  readonly #werift: typeof Werift
  readonly #events: DtlsEvents
  #fingerprints: readonly Fingerprint[] = []
  #handshakeDatagrams = 0
  #isConnected = false
  #isClosed = false

  constructor({ werift, certificate }: DtlsMeans, events: DtlsEvents) {
    this.#werift = werift
    this.#events = events
    this.#server = new werift.DtlsServer({
      cert: certificate.certPem,
      key: certificate.privateKey,
      signatureHash: certificate.signatureHash,
      transport: {
        type: 'media',
        onData: () => {},
        send: async (datagram: Buffer) => {
          if (!this.#isClosed) events.send(datagram)
        },
        close: async () => {},
        closed: false,
        address: { address: '0.0.0.0', port: 0, family: 'IPv4' },
      },
      srtpProfiles: [AEAD_AES_128_GCM, AES128_CM_SHA1_80],
      extendedMasterSecret: true,
      certificateRequest: true,
    })
    const messages = new HandshakeMessages<HandshakeFragment>((message) => {
      // A message that cannot be used is dropped, as if it had not come.
      void this.#server.onHandleHandshakes([message]).catch(() => {})
    })
    this.#server.handleFragmentHandshake = (fragments) => {
      for (const fragment of fragments) messages.receive(fragment)
      return []
    }
    this.#server.onConnect.subscribe(() => this.#connect())
    this.#server.onData.subscribe((data) => {
      if (this.#isConnected && !this.#isClosed) events.onData(data)
    })
    this.#server.onClose.subscribe(() => {
      if (this.#isConnected) events.onClosed()
    })
    // What cannot be read is dropped; a client that means it repeats itself.
    this.#server.onError.subscribe(() => {})
  }

  /** Whose certificate the client must show. */
  expect(fingerprints: readonly Fingerprint[]): void {
    this.#fingerprints = fingerprints
  }

  receive(datagram: Buffer): void {
    if (this.#isClosed) return
    if (datagram[0] === HANDSHAKE) {
      // A connection that stands is not negotiated anew.
      const isPlain = datagram.length > 13 && datagram.readUInt16BE(3) === 0
      if (this.#isConnected && isPlain && datagram[13] === CLIENT_HELLO) return
      if (++this.#handshakeDatagrams > MAX_HANDSHAKE_DATAGRAMS) return
    }
    try {
      this.#server.transport.socket.onData(datagram, ['0.0.0.0', 0])
    } catch {
      // Not a record.
    }
  }

  /** Sends application data. */
  send(data: Buffer): void {
    if (this.#isConnected && !this.#isClosed) void this.#server.send(data).catch(() => {})
  }

  close(): void {
    this.#isClosed = true
    // werift repeats a flight until the next has come, also when nobody is there any more.
    this.#server.dtls.flight = LAST_FLIGHT
  }

  #connect(): void {
    if (this.#isConnected || this.#isClosed) return
    const profile = Number(this.#server.srtp.srtpProfile)
    if (!this.#isExpected() || (profile !== AEAD_AES_128_GCM && profile !== AES128_CM_SHA1_80)) {
      this.#isClosed = true
      this.#events.onClosed()
      return
    }
    const { key, salt } = keyLengthsOf(profile)
    const keys = this.#server.extractSessionKeys(key, salt)
    const local = createSrtpCipher(profile, { masterKey: keys.localKey, masterSalt: keys.localSalt })
    const remote = createSrtpCipher(profile, { masterKey: keys.remoteKey, masterSalt: keys.remoteSalt })
    this.#isConnected = true
    this.#events.onConnected(new SrtpSession(local, remote))
  }

  #isExpected(): boolean {
    const certificate = this.#server.remoteCertificate
    if (!certificate) return false
    return this.#fingerprints.some(({ algorithm, value }) => {
      const known = this.#werift.normalizeFingerprintAlgorithm(algorithm)
      return known !== undefined && normalize(this.#werift.fingerprint(certificate, known)) === normalize(value)
    })
  }
}

function normalize(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase()
}
