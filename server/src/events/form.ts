/** The parameters of a form; a name that is there several times has a list. */
export type Form = Readonly<Record<string, string | string[]>>

/** Reads a form as `application/x-www-form-urlencoded`. Names are whatever they are, `__proto__` included. */
export function parseForm(text: string): Form {
  const form = Object.create(null) as Record<string, string | string[]>
  for (const [name, value] of new URLSearchParams(text)) {
    const known = form[name]
    form[name] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value]
  }
  return form
}
