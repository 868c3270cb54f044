import { hash, randomBytes } from 'node:crypto'
import type { ApiKeys } from '../config/api-keys.ts'

const PREFIX = 'rk_'

/** A new API key and the entry of `API_KEYS` that lets it in. The key itself is kept nowhere. */
export function createApiKey(name: string): { key: string; entry: string } {
  const key = PREFIX + randomBytes(32).toString('base64url')
  return { key, entry: `${name}:${hashApiKey(key)}` }
}

/** Whether a bearer token is meant as an API key. */
export function isApiKey(token: string): boolean {
  return token.startsWith(PREFIX)
}

/**
 * The name of a known key. Keys hold 256 random bits and are looked up by their SHA-256, so how long a look-up
 * takes tells nothing about any key.
 */
export function findApiKey(keys: ApiKeys, key: string): string | undefined {
  return keys.get(hashApiKey(key))
}

function hashApiKey(key: string): string {
  return hash('sha256', key, 'hex')
}
