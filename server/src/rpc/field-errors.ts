import type { FieldError } from '@roomkey/shared'
import type { z } from 'zod'

/** An input can be wrong in thousands of places; a caller reads the first few. */
const MAX_FIELDS = 20

/** Zod's issues as {@link FieldError}s: one for each field at fault, and for each unknown key by its name. */
export function toFieldErrors(issues: readonly unknown[]): FieldError[] {
  return (issues as readonly z.core.$ZodIssue[]).slice(0, MAX_FIELDS).flatMap(toFields).slice(0, MAX_FIELDS)
}

function toFields(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String)
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }]
  return issue.keys
    .slice(0, MAX_FIELDS)
    .map((key) => ({ path: [...path, shorten(key)].join('.'), message: 'unknown field' }))
}

// Keys are the caller's own text: kept short and printable, they cannot swell a response or forge a log line.
function shorten(key: string): string {
  const text = key.toWellFormed().replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
  return text.length > 64 ? `${text.slice(0, 64)}…` : text
}
