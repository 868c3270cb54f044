import { z } from 'zod'

/** Twilio's limit for room names, identities and track names. Source: Twilio "Programmable Video Limits". */
export const MAX_NAME_LENGTH = 128

/**
 * Length as Twilio counts it: double-byte characters count as two. Twilio does not define the term;
 * we read it as every character outside ASCII, the reading that can never pass what Twilio refuses.
 * Source: Twilio error 53200.
 */
export function countTwilioCharacters(value: string): number {
  let count = 0
  for (const character of value) count += (character.codePointAt(0) ?? 0) > 0x7f ? 2 : 1
  return count
}

/** A non-empty text of at most 128 Twilio characters that is valid UTF-8 (no lone surrogates) and holds no control characters. */
export function nameSchema(what: string) {
  return z
    .string()
    .check(({ value, issues }) => {
      const problem = findProblem(value)
      if (problem !== undefined) issues.push({ code: 'custom', message: `${what} ${problem}`, input: value })
    })
    .meta({
      minLength: 1,
      maxLength: MAX_NAME_LENGTH,
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]+$',
      description: `1–${MAX_NAME_LENGTH} characters, of which those outside ASCII count as two; no control characters.`,
    })
}

function findProblem(value: string): string | undefined {
  if (value === '') return 'must not be empty'
  // At most twice its length: a short text need not be counted.
  if (value.length * 2 > MAX_NAME_LENGTH && countTwilioCharacters(value) > MAX_NAME_LENGTH) return TOO_LONG
  if (!value.isWellFormed()) return 'must be valid UTF-8'
  return CONTROL_CHARACTERS.test(value) ? 'must not hold control characters' : undefined
}

const TOO_LONG = `must be at most ${MAX_NAME_LENGTH} characters; those outside ASCII count as two`

// Ours, not Twilio's: names travel into logs, headers and terminals, where a line break or an escape forges text.
// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
