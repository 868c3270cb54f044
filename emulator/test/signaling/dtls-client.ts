import {
  CipherContext,
  DtlsClient,
  HashAlgorithm,
  keyLength,
  NamedCurveAlgorithm,
  RTCCertificate,
  saltLength,
  SignatureAlgorithm,
  type RTCDtlsFingerprint,
} from 'werift'

/** AEAD_AES_128_GCM, as browsers have it first. Source: RFC 7714, 14.2. */
const SRTP_PROFILE = 7

/** A browser's side of DTLS, by werift's own client. */
export type TestDtlsClient = Disposable & {
  fingerprints: RTCDtlsFingerprint[]
  /** Begins; resolves once both sides have the same keys. */
  connect(): Promise<void>
  /** Takes a datagram of the server's. */
  receive(datagram: Buffer): void
  /** Sends data, once connected. */
  send(data: Buffer): void
  /** What SRTP is keyed with, once connected. */
  srtpConfig(): { profile: typeof SRTP_PROFILE; keys: SrtpKeys }
}

type SrtpKeys = Record<'localMasterKey' | 'localMasterSalt' | 'remoteMasterKey' | 'remoteMasterSalt', Buffer>

/** @param send hands a datagram to the server */
export async function createDtlsClient(send: (datagram: Buffer) => void): Promise<TestDtlsClient> {
  const { certPem, keyPem, signatureHash } = await CipherContext.createSelfSignedCertificateWithKey(
    { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
    NamedCurveAlgorithm.secp256r1_23,
  )
  const client = new DtlsClient({
    cert: certPem,
    key: keyPem,
    signatureHash,
    transport: {
      type: 'test',
      closed: false,
      address: { address: '127.0.0.1', port: 0, family: 'IPv4' },
      onData: () => {},
      send: async (datagram) => send(datagram),
      close: async () => {},
    },
    srtpProfiles: [SRTP_PROFILE],
    extendedMasterSecret: true,
  })
  return {
    fingerprints: new RTCCertificate(keyPem, certPem, signatureHash).getFingerprints(),
    async connect() {
      const connected = new Promise<void>((resolve) => client.onConnect.once(resolve))
      // Connecting by itself comes to an end only once half a second has passed.
      await Promise.race([connected, client.connect().then(() => connected)])
    },
    receive: (datagram) => client.transport.socket.onData(datagram, ['', 0]),
    send: (data) => void client.send(data),
    srtpConfig() {
      const keys = client.extractSessionKeys(keyLength(SRTP_PROFILE), saltLength(SRTP_PROFILE))
      return {
        profile: SRTP_PROFILE,
        keys: {
          localMasterKey: keys.localKey,
          localMasterSalt: keys.localSalt,
          remoteMasterKey: keys.remoteKey,
          remoteMasterSalt: keys.remoteSalt,
        },
      }
    },
    [Symbol.dispose]() {
      // Nothing more is repeated.
      client.dtls.flight = 99
    },
  }
}
