import { hash } from 'node:crypto'

/** Signs the ASCII text `header.claims` of a JSON Web Token; the signature is base64url. */
export type Hs256 = (text: string) => string

/** The block of SHA-256, in bytes. */
const BLOCK = 64
const DIGEST = 32

/**
 * HMAC with SHA-256 under one secret. By hand, because `createHmac` builds an object of OpenSSL's for each signature
 * and fetches the algorithm anew: in a server that signs one token a request that was a tenth of all its time, twice
 * what two plain hashes take. What depends on the secret alone is laid out once.
 * Source: RFC 2104, section 2; RFC 7515, appendix A.1.
 */
export function createHs256(secret: string): Hs256 {
  const key = toKey(secret)
  const outer = Buffer.alloc(BLOCK + DIGEST)
  fillPad(outer, key, 0x5c)
  let inner = Buffer.alloc(2048)
  fillPad(inner, key, 0x36)

  return (text) => {
    const length = BLOCK + text.length
    if (length > inner.length) inner = Buffer.concat([inner], 2 * length)
    inner.write(text, BLOCK, 'latin1')
    outer.write(hash('sha256', inner.subarray(0, length), 'binary'), BLOCK, 'latin1')
    return hash('sha256', outer, 'base64url')
  }
}

/** A secret longer than a block counts as its hash. */
function toKey(secret: string): Buffer {
  const bytes = Buffer.from(secret)
  return bytes.length > BLOCK ? hash('sha256', bytes, 'buffer') : bytes
}

function fillPad(block: Buffer, key: Buffer, pad: number): void {
  for (let at = 0; at < BLOCK; at++) block[at] = (key[at] ?? 0) ^ pad
}
