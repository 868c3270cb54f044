import type { webcrypto } from 'node:crypto'
import { createRemoteJWKSet, customFetch, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose'

/** The public keys of a sign-in service, as `jose` asks for them. */
export type KeySet = (header?: JWSHeaderParameters, token?: FlattenedJWSInput) => Promise<webcrypto.CryptoKey>

export type KeySetOptions = {
  fetch?: typeof fetch
  /** For the whole response, its last byte included. Default 5 s. */
  timeoutMs?: number
  /** The largest response that is read. Default 256 KiB: hundreds of keys. */
  maxBytes?: number
  /** Keys older than this are fetched again, beside the call that noticed. Default 10 minutes. */
  refreshAfterMs?: number
  /** Keys older than this are no longer used, reachable endpoint or not. Default 24 hours. */
  discardAfterMs?: number
  /** The least time between two fetches for an unknown key, and after a failed fetch. Default 10 s. */
  cooldownMs?: number
}

const MAX_BYTES = 256 * 1024

/** The keys could not be had: nothing is known about the token. */
export class KeySetUnavailable extends Error {
  constructor(cause: unknown) {
    super('the keys of the sign-in service cannot be fetched', { cause })
    this.name = 'KeySetUnavailable'
  }
}

/**
 * Keys from an `AUTH_JWKS_URL`: fetched when first needed, kept, fetched again for a key not seen before. While
 * the endpoint is unreachable the keys at hand go on being used.
 */
export function createKeySet(
  url: URL,
  {
    fetch: fetchImplementation = fetch,
    timeoutMs = 5000,
    maxBytes,
    refreshAfterMs = 600_000,
    discardAfterMs = 86_400_000,
    cooldownMs = 10_000,
  }: KeySetOptions = {},
): KeySet {
  let failedAt = Number.NEGATIVE_INFINITY
  let fetchedAt = Number.NEGATIVE_INFINITY

  async function fetchKeys(address: string, init: RequestInit): Promise<Response> {
    // Whoever sends tokens with made-up key ids must not make this server hammer an endpoint that is down.
    if (Date.now() - failedAt < cooldownMs) throw new KeySetUnavailable('it failed a moment ago')
    try {
      const body = await fetchKeySet(address, init, { fetch: fetchImplementation, maxBytes })
      fetchedAt = Date.now()
      return new Response(body)
    } catch (error) {
      failedAt = Date.now()
      throw new KeySetUnavailable(error)
    }
  }

  const keys = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: discardAfterMs,
    [customFetch]: fetchKeys,
  })

  return async (header, token) => {
    const age = Date.now() - fetchedAt
    if (age > refreshAfterMs && age < discardAfterMs && !keys.reloading) keys.reload().catch(() => undefined)
    try {
      return await keys(header, token)
    } catch (error) {
      throw isKeyError(error) ? error : new KeySetUnavailable(error)
    }
  }
}

/** A JSON Web Key Set as text, fetched once. @throws whatever keeps it from being had, in words */
export async function fetchKeySet(
  url: string | URL,
  init: RequestInit,
  { fetch: fetchImplementation = fetch, maxBytes = MAX_BYTES }: Pick<KeySetOptions, 'fetch' | 'maxBytes'> = {},
): Promise<string> {
  const response = await fetchImplementation(url, init)
  if (response.status !== 200) throw new Error(`it responded with status ${response.status}`)
  const body = await readAtMost(response, maxBytes)
  checkKeySet(body)
  return body
}

/** Whether the error is the token's: it names no key of the set, or no single one. */
function isKeyError(error: unknown): boolean {
  return (
    error instanceof KeySetUnavailable ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKInvalid
  )
}

/** The signal that `jose` passes to fetch covers the body too: a response that never ends is cut by it. */
async function readAtMost(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    // Leaving the loop cancels the download.
    if (size > maxBytes) throw new Error(`its response is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function checkKeySet(body: string): void {
  const value = parseJson(body)
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) {
    throw new Error('its response is not a JSON Web Key Set')
  }
}

// The parser's own error quotes what it was given.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
