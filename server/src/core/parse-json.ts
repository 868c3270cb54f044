/** The value that a text is JSON of; `undefined` where it is none. The parser's own error quotes what it was given. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
