/** Characters; a name is for people to read. */
const MAX_LENGTH = 100

/** Line breaks and what else is not seen, or turns the direction of the text around it. */
const UNSEEN = /[\p{Cc}\p{Cn}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** What a sign-in calls a user, made fit to be shown to others; `undefined` when there is nothing left to show. */
export function toUserName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  // Cut between characters: half of one would not be well-formed.
  return toReadable(
    Array.from(toReadable(value) ?? '')
      .slice(0, MAX_LENGTH)
      .join(''),
  )
}

/** A name without what is not seen or turns the text around it; `undefined` when there is nothing left to see. */
export function toReadable(name: string): string | undefined {
  const shown = name.toWellFormed().replaceAll(UNSEEN, ' ').trim()
  return VISIBLE.test(shown) ? shown : undefined
}

/** Any character with something to be seen: no blank, nor one of those that are drawn as nothing. */
const VISIBLE = /[^\p{Z}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u
