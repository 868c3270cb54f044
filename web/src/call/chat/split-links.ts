export type TextPart = { text: string; isLink: boolean }

/** Splits a text at its web addresses, which alone become links: no other scheme, and nothing guessed. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"]+/gi)) {
    const address = trimEnd(match[0])
    if (!isAddress(address)) continue
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isLink: false })
    parts.push({ text: address, isLink: true })
    end = match.index + address.length
  }
  if (end < text.length) parts.push({ text: text.slice(end), isLink: false })
  return parts
}

/** Without what belongs to the sentence around: its full stop, or a bracket that was opened before the address. */
function trimEnd(address: string): string {
  const trimmed = address.replace(/[.,;:!?'…]+$/u, '')
  return trimmed.endsWith(')') && !trimmed.includes('(') ? trimEnd(trimmed.slice(0, -1)) : trimmed
}

function isAddress(text: string): boolean {
  try {
    return new URL(text).hostname !== ''
  } catch {
    return false
  }
}
