/** Puts a name in place of whatever differs from run to run: the same for the same text, where texts are told back. */
export type Placeholders = {
  replace(text: string): string
  /** What the access tokens and sign-in tokens of these names say, once each: `TOKEN1 = {header} {claims}`. */
  explainTokens(): string[]
}

/** The clock of a recording starts here and only the recording moves it: instants of that year are kept as they are. */
export const START = Date.parse('2040-01-01T00:00:00Z')

const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g
const SID = /\b(RM|PA|MT|AC|SK)(?!([0-9a-f])\2{31})[0-9a-f]{32}\b/g
const INVITE = /\binv_(?!(\w)\1{42})[\w-]{43}/g
const ID = /\b(?!0{8})[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g
const REQUEST_ID = /(?<="requestId": ?")[^"]+/g
const CURSOR = /(?<="nextCursor": ?")[^"]+/g
const GUEST_SUFFIX = /(?<=guest:[^":]+:)[\w-]{8}(?=")/g
const INSTANT = /\b(?!2040-)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g
const PORT = /(?<=127\.0\.0\.1:)\d+/g
/** Both are made of a file's time. */
const ETAG = /(?<=^etag: W\/"[0-9a-f]+-)[0-9a-f]+/gm
const LAST_MODIFIED = /(?<=^last-modified: ).+/gm
const SECONDS_OF_ROOM = /(?<="duration": ?)\d+/g

export function createPlaceholders(): Placeholders {
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  const unexplained: string[] = []

  function nameOf(kind: string, value: string): string {
    const known = names.get(value)
    if (known !== undefined) return known
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    const name = `${kind}${count}`
    names.set(value, name)
    if (kind === 'TOKEN') unexplained.push(value)
    return name
  }

  function replace(text: string): string {
    let replaced = text.replace(TOKEN, (token) => nameOf('TOKEN', token))
    // What was told once is told back in other places: cursors, and identities in addresses.
    for (const [value, name] of names) replaced = replaced.replaceAll(value, name)
    return replaced
      .replace(SID, (sid, kind: string) => nameOf(kind, sid))
      .replace(INVITE, (secret) => nameOf('INVITE', secret))
      .replace(ID, (id) => nameOf('ID', id))
      .replace(REQUEST_ID, 'REQUEST')
      .replace(CURSOR, (cursor) => nameOf('CURSOR', cursor))
      .replace(GUEST_SUFFIX, (suffix) => nameOf('SUFFIX', suffix))
      .replace(ETAG, 'TIME')
      .replace(LAST_MODIFIED, 'TIME')
      .replace(INSTANT, 'TIME')
      .replace(PORT, 'PORT')
      .replace(SECONDS_OF_ROOM, '0')
  }

  return {
    replace,
    explainTokens: () =>
      unexplained.splice(0).map((token) => {
        const [header = '', claims = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
        return replace(`${nameOf('TOKEN', token)} = ${header} ${claims}`)
      }),
  }
}
