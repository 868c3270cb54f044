import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'

/** Keying material of one direction. */
export type SrtpKeys = { masterKey: Buffer; masterSalt: Buffer }

/** Encrypts and decrypts the bytes of packets, given their index. Source: RFC 3711 and RFC 7714. */
export type SrtpCipher = {
  encryptRtp(header: Buffer, payload: Buffer, ssrc: number, index: number): Buffer
  /** @returns the payload, or `null` when it is not authentic */
  decryptRtp(packet: Buffer, headerLength: number, ssrc: number, index: number): Buffer | null
  encryptRtcp(packet: Buffer, ssrc: number, index: number): Buffer
  decryptRtcp(packet: Buffer): Buffer | null
}

/** In RFC 5764's registry. */
export const AEAD_AES_128_GCM = 7
export const AES128_CM_SHA1_80 = 1

/** Lengths of key and salt, in bytes. */
export function keyLengthsOf(profile: number): { key: number; salt: number } {
  return { key: 16, salt: profile === AEAD_AES_128_GCM ? 12 : 14 }
}

export function createSrtpCipher(profile: number, keys: SrtpKeys): SrtpCipher {
  return profile === AEAD_AES_128_GCM ? createGcmCipher(keys) : createCounterCipher(keys)
}

const RTCP_ENCRYPTED = 0x80000000
const RTCP_HEADER = 8

function createGcmCipher(keys: SrtpKeys): SrtpCipher {
  const TAG = 16
  const [rtpKey, rtpSalt] = [secret(derive(keys, 0, 16)), derive(keys, 2, 12)]
  const [rtcpKey, rtcpSalt] = [secret(derive(keys, 3, 16)), derive(keys, 5, 12)]
  // One nonce at a time: the cipher copies it when it is made.
  const nonce = Buffer.alloc(12)

  /** `index`: 48 bits, of the packet. */
  function setNonce(salt: Buffer, ssrc: number, index: number): Buffer {
    nonce.writeUInt16BE(0, 0)
    nonce.writeUInt32BE(ssrc, 2)
    nonce.writeUIntBE(index, 6, 6)
    for (let at = 0; at < 12; at++) nonce[at] = (nonce[at] ?? 0) ^ (salt[at] ?? 0)
    return nonce
  }

  function open(key: KeyObject, iv: Buffer, header: Buffer, sealed: Buffer): Buffer | null {
    if (sealed.length < TAG) return null
    const decipher = createDecipheriv('aes-128-gcm', key, iv, { authTagLength: TAG })
    decipher.setAAD(header)
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
    const plain = decipher.update(sealed.subarray(0, sealed.length - TAG))
    try {
      decipher.final()
      return plain
    } catch {
      return null
    }
  }

  return {
    encryptRtp(header, payload, ssrc, index) {
      const cipher = createCipheriv('aes-128-gcm', rtpKey, setNonce(rtpSalt, ssrc, index), { authTagLength: TAG })
      cipher.setAAD(header)
      const sealed = cipher.update(payload)
      cipher.final()
      return Buffer.concat([header, sealed, cipher.getAuthTag()])
    },
    decryptRtp(packet, headerLength, ssrc, index) {
      const iv = setNonce(rtpSalt, ssrc, index)
      return open(rtpKey, iv, packet.subarray(0, headerLength), packet.subarray(headerLength))
    },
    encryptRtcp(packet, ssrc, index) {
      const trailer = Buffer.alloc(4)
      trailer.writeUInt32BE((RTCP_ENCRYPTED | index) >>> 0)
      const cipher = createCipheriv('aes-128-gcm', rtcpKey, setNonce(rtcpSalt, ssrc, index), { authTagLength: TAG })
      const header = packet.subarray(0, RTCP_HEADER)
      cipher.setAAD(Buffer.concat([header, trailer]))
      const sealed = cipher.update(packet.subarray(RTCP_HEADER))
      cipher.final()
      return Buffer.concat([header, sealed, cipher.getAuthTag(), trailer])
    },
    decryptRtcp(packet) {
      if (packet.length < RTCP_HEADER + TAG + 4) return null
      const trailer = packet.subarray(packet.length - 4)
      const word = trailer.readUInt32BE(0)
      if ((word & RTCP_ENCRYPTED) === 0) return null
      const header = packet.subarray(0, RTCP_HEADER)
      const iv = setNonce(rtcpSalt, packet.readUInt32BE(4), word & 0x7fffffff)
      const sealed = packet.subarray(RTCP_HEADER, packet.length - 4)
      const plain = open(rtcpKey, iv, Buffer.concat([header, trailer]), sealed)
      return plain && Buffer.concat([header, plain])
    },
  }
}

function createCounterCipher(keys: SrtpKeys): SrtpCipher {
  const TAG = 10
  const [rtpKey, rtpAuth, rtpSalt] = [secret(derive(keys, 0, 16)), secret(derive(keys, 1, 20)), derive(keys, 2, 14)]
  const [rtcpKey, rtcpAuth, rtcpSalt] = [secret(derive(keys, 3, 16)), secret(derive(keys, 4, 20)), derive(keys, 5, 14)]

  function apply(key: KeyObject, salt: Buffer, ssrc: number, index: number, data: Buffer): Buffer {
    const counter = Buffer.alloc(16)
    counter.writeUInt32BE(ssrc, 4)
    counter.writeUIntBE(index, 8, 6)
    for (let at = 0; at < 14; at++) counter[at] = (counter[at] ?? 0) ^ (salt[at] ?? 0)
    return createCipheriv('aes-128-ctr', key, counter).update(data)
  }

  function sign(key: KeyObject, ...parts: Buffer[]): Buffer {
    const hmac = createHmac('sha1', key)
    for (const part of parts) hmac.update(part)
    return hmac.digest().subarray(0, TAG)
  }

  const rolloverOf = (index: number): Buffer => {
    const rollover = Buffer.alloc(4)
    rollover.writeUInt32BE(Math.floor(index / 0x10000))
    return rollover
  }

  return {
    encryptRtp(header, payload, ssrc, index) {
      const sealed = apply(rtpKey, rtpSalt, ssrc, index, payload)
      return Buffer.concat([header, sealed, sign(rtpAuth, header, sealed, rolloverOf(index))])
    },
    decryptRtp(packet, headerLength, ssrc, index) {
      const end = packet.length - TAG
      if (end < headerLength) return null
      const signature = sign(rtpAuth, packet.subarray(0, end), rolloverOf(index))
      if (!timingSafeEqual(signature, packet.subarray(end))) return null
      return apply(rtpKey, rtpSalt, ssrc, index, packet.subarray(headerLength, end))
    },
    encryptRtcp(packet, ssrc, index) {
      const trailer = Buffer.alloc(4)
      trailer.writeUInt32BE((RTCP_ENCRYPTED | index) >>> 0)
      const header = packet.subarray(0, RTCP_HEADER)
      const sealed = apply(rtcpKey, rtcpSalt, ssrc, index, packet.subarray(RTCP_HEADER))
      return Buffer.concat([header, sealed, trailer, sign(rtcpAuth, header, sealed, trailer)])
    },
    decryptRtcp(packet) {
      const end = packet.length - TAG - 4
      if (end < RTCP_HEADER) return null
      const signature = sign(rtcpAuth, packet.subarray(0, end + 4))
      if (!timingSafeEqual(signature, packet.subarray(end + 4))) return null
      const word = packet.readUInt32BE(end)
      const header = packet.subarray(0, RTCP_HEADER)
      const body = packet.subarray(RTCP_HEADER, end)
      if ((word & RTCP_ENCRYPTED) === 0) return packet.subarray(0, end)
      return Buffer.concat([header, apply(rtcpKey, rtcpSalt, packet.readUInt32BE(4), word & 0x7fffffff, body)])
    },
  }
}

/** RFC 3711, 4.3, with a key derivation rate of 0. */
function derive({ masterKey, masterSalt }: SrtpKeys, label: number, length: number): Buffer {
  const counter = Buffer.alloc(16)
  masterSalt.copy(counter)
  counter[7] = (counter[7] ?? 0) ^ label
  return createCipheriv('aes-128-ctr', masterKey, counter).update(Buffer.alloc(length))
}

/** A key object is a third of the price of a buffer, each time that a cipher is made. */
function secret(key: Buffer): KeyObject {
  return createSecretKey(key)
}
