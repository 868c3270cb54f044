import { z } from 'zod'

/** A variable that lists values, separated by commas: `a, b`. Not set: an empty list. */
export function list() {
  return z.string().default('').transform(splitList)
}

/** The values of a comma-separated text, without blanks around them. */
export function splitList(text: string): string[] {
  return text.split(',').flatMap((item) => item.trim() || [])
}

/** A whole number from 1, or `off`, which becomes `null`: no limit. */
export function count() {
  return z
    .string()
    .regex(/^(off|[1-9][0-9]{0,8})$/, 'must be a whole number from 1, or off')
    .transform((text) => (text === 'off' ? null : Number(text)))
}

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z.coerce.number(error).pipe(z.int(error).min(min, error).max(max, error))
}

/** Milliseconds, from `min` to ten minutes. */
export function milliseconds(min: number) {
  return wholeNumber(min, 600_000)
}

/** An http or https URL to which paths are added; a slash at its end is dropped. */
export function baseUrl() {
  return z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
    .refine((url) => !/[?#@]/.test(url), 'must have no query, fragment or credentials')
    .transform((url) => url.replace(/\/+$/, ''))
}

/**
 * A secret as programs generate them: blanks and quotes are refused, since they come with copying and would make a
 * secret that is refused later, where nobody sees why.
 */
export function secret() {
  return z.string().regex(/^[^\s"'`]+$/, 'holds a blank or a quote: copy it again, without what stands around it')
}
