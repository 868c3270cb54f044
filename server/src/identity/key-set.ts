import type { webcrypto } from 'node:crypto'
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose'
import { discoverKeySet } from './discovery.ts'
import { fetchJson, type FetchJsonOptions } from './fetch-json.ts'

/** The public keys of a sign-in service, as `jose` asks for them. */
export type KeySet = (header?: JWSHeaderParameters, token?: FlattenedJWSInput) => Promise<webcrypto.CryptoKey>

export type KeySetOptions = {
  fetch?: typeof fetch
  /** For the whole response, its last byte included. Default 5 s. */
  timeoutMs?: number
  /** The least time between two fetches for an unknown key, and after a failed fetch. Default 10 s. */
  cooldownMs?: number
}

const TIMEOUT_MS = 5000
const COOLDOWN_MS = 10_000
/** Keys older than this are fetched again, beside the call that noticed. */
const REFRESH_AFTER_MS = 600_000
/** Keys older than this are no longer used, reachable endpoint or not. */
const DISCARD_AFTER_MS = 86_400_000

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
  { fetch: fetchImplementation = fetch, timeoutMs = TIMEOUT_MS, cooldownMs = COOLDOWN_MS }: KeySetOptions = {},
): KeySet {
  let failedAt = Number.NEGATIVE_INFINITY
  let fetchedAt = Number.NEGATIVE_INFINITY

  async function fetchKeys(address: string, init: RequestInit): Promise<Response> {
    // Tokens with made-up key ids must not make this server hammer an endpoint that is down.
    if (Date.now() - failedAt < cooldownMs) throw new KeySetUnavailable('it failed a moment ago')
    try {
      const keySet = await fetchKeySet(address, init, { fetch: fetchImplementation })
      fetchedAt = Date.now()
      return Response.json(keySet)
    } catch (error) {
      failedAt = Date.now()
      throw new KeySetUnavailable(error)
    }
  }

  const keys = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: DISCARD_AFTER_MS,
    [customFetch]: fetchKeys,
  })

  return async (header, token) => {
    const age = Date.now() - fetchedAt
    if (age > REFRESH_AFTER_MS && age < DISCARD_AFTER_MS && !keys.reloading) keys.reload().catch(() => undefined)
    try {
      return await keys(header, token)
    } catch (error) {
      throw isKeyError(error) ? error : new KeySetUnavailable(error)
    }
  }
}

/** Keys from where an issuer says that it has them, asked when they are first needed. */
export function createDiscoveredKeySet(issuer: string, options: KeySetOptions = {}): KeySet {
  const { timeoutMs = TIMEOUT_MS, cooldownMs = COOLDOWN_MS } = options
  let failedAt = Number.NEGATIVE_INFINITY
  let discovering: Promise<KeySet> | undefined

  async function discover(): Promise<KeySet> {
    if (Date.now() - failedAt < cooldownMs) throw new KeySetUnavailable('it failed a moment ago')
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      return createKeySet(await discoverKeySet(issuer, { signal }, options), options)
    } catch (error) {
      failedAt = Date.now()
      throw new KeySetUnavailable(error)
    }
  }

  return async (header, token) => {
    discovering ??= discover().catch((error: unknown) => {
      discovering = undefined
      throw error
    })
    const keys = await discovering
    return keys(header, token)
  }
}

/** A JSON Web Key Set, fetched once. @throws whatever keeps it from being had, in words */
export async function fetchKeySet(
  url: string | URL,
  init: RequestInit,
  options: FetchJsonOptions = {},
): Promise<JSONWebKeySet> {
  const value = await fetchJson(url, init, options)
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) {
    throw new Error('its response is not a JSON Web Key Set')
  }
  return value as JSONWebKeySet
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
