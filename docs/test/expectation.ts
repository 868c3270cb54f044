import { expect } from 'vitest'

/** The value that is told, with anything in place of each "…", and any instant in place of an instant. */
export function matchTold(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(matchTold)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, matchTold(item)]))
  }
  if (typeof value !== 'string') return value
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  return value.includes('…') ? expect.stringMatching(toPattern(value)) : value
}

/** A text that is told, with anything in place of each "…". */
export function toPattern(told: string): RegExp {
  const parts = told.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`)
}
