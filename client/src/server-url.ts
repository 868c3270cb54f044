/** Where a server's procedures are, below its own address. */
const PROCEDURES = '/trpc'

/** A server's address, for messages, and that of its procedures. */
export interface ServerUrl {
  server: string
  procedures: string
}

/**
 * Reads the address of a server, which may be that of its procedures too. One that begins with `/` or `.` is of the
 * page's own server; where there is no page, as while one is rendered on a server, it stays as it is.
 * @throws TypeError when it is no http or https address, or holds credentials, a query or a fragment
 */
export function parseServerUrl(url: string | URL): ServerUrl {
  const text = String(url)
  const isRelative = /^\.{0,2}\/(?![/\\])/.test(text)
  const page = isRelative ? findPage() : undefined
  const parsed = readUrl(text, isRelative ? (page ?? 'http://page.invalid') : undefined)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(
      `url must be an http or https address such as https://video.example.com, or a path of the page's own, not "${text}"`,
    )
  }
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw new TypeError('url must not hold credentials, a query or a fragment: give credentials as auth or headers')
  }
  const address = (isRelative && page === undefined ? parsed.pathname : parsed.href).replace(/\/+$/, '')
  const server = address.endsWith(PROCEDURES) ? address.slice(0, -PROCEDURES.length) : address
  return { server: server || '/', procedures: server + PROCEDURES }
}

/** The address that relative ones of this page are relative to. */
function findPage(): string | undefined {
  return typeof document === 'undefined' ? globalThis.location?.href : document.baseURI
}

/** `URL.canParse` and `URL.parse` are newer than what the client asks of browsers. */
function readUrl(url: string, base: string | undefined): URL | null {
  try {
    return new URL(url, base)
  } catch {
    return null
  }
}

/**
 * What stands before the names of the procedures, where the router is merged into a team's own: `video.` of `video`.
 * @throws TypeError when it is not one name, or several with dots between
 */
export function parsePath(path: string | undefined): string {
  if (path === undefined) return ''
  if (!/^[\w$-]+(\.[\w$-]+)*$/.test(path)) {
    throw new TypeError(`path must be where the router is merged into yours, such as "video", not "${path}"`)
  }
  return `${path}.`
}
