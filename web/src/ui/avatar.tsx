import './avatar.css'

/** A person without a picture: initials on a colour that stays with the name. Decoration; the name stands beside it. */
export function Avatar({ name }: { name: string }) {
  return (
    <span className="avatar" aria-hidden="true" ref={(element) => paint(element, name)}>
      {initialsOf(name)}
    </span>
  )
}

/** A hue for a name, the same wherever the name is shown: 0–359. */
export function hueOf(name: string): number {
  let hash = 0
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return (hash * 137) % 360
}

/** The first letters of the first and last word, whole characters only: emoji and accents stay in one piece. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s_.-]+/u)
    .filter(Boolean)
  const picked = words.length > 1 ? [words.at(0), words.at(-1)] : words
  return picked.map((word) => firstGrapheme(word ?? '').toUpperCase()).join('') || '?'
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function firstGrapheme(word: string): string {
  const [first] = graphemes.segment(word)
  return first?.segment ?? ''
}

function paint(element: HTMLElement | null, name: string): void {
  element?.style.setProperty('--hue', String(hueOf(name)))
}
