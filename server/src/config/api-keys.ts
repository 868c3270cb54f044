import { z } from 'zod'
import { list } from './variable.ts'

/** The hash of each API key that is let in, and the name it goes by in the audit log. */
export type ApiKeys = ReadonlyMap<string, string>

/** What an API key's name may be: it stands in logs and in a comma-separated list. */
export const API_KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

const HINT = 'each must be a line that "npm run keys -- create <name>" printed'

export const API_KEY_VARIABLES = {
  API_KEYS: list().pipe(z.array(z.string().regex(/^[^:]+:[0-9a-f]{64}$/, HINT))),
}

/** What is wrong with the names in `API_KEYS`, if anything. */
export function findApiKeyProblems(entries: readonly string[]): string[] {
  const names = entries.map((entry) => parseEntry(entry)[1])
  const bad = names.filter((name) => !API_KEY_NAME.test(name))
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return [
    ...bad.map(
      (name) => `API_KEYS: "${name}" is not a name: letters, digits, dots, dashes and underscores, at most 64`,
    ),
    ...twice.map((name) => `API_KEYS: two keys are named "${name}"; the audit log could not tell them apart`),
  ]
}

export function toApiKeys(entries: readonly string[]): ApiKeys {
  return new Map(entries.map(parseEntry))
}

/** How an entry of `API_KEYS` reads: the key's name, and the SHA-256 of the key. */
function parseEntry(entry: string): [hash: string, name: string] {
  const end = entry.indexOf(':')
  return [entry.slice(end + 1), entry.slice(0, end)]
}
