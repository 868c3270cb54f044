import { hash, randomBytes } from 'node:crypto'

/** The hash of each API key that is let in, and the name it goes by in the audit log. */
export type ApiKeys = ReadonlyMap<string, string>

const PREFIX = 'rk_'

/** What an API key's name may be: it stands in logs and in a comma-separated list. */
export const API_KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

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
