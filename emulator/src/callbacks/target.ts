/** Why an attempt failed: no connection or TLS, no response in time, or a response with an error status. */
export type Failure = 'ct' | 'rt' | '4xx' | '5xx'

/** Where a callback goes, with its timeouts and retries. */
export type CallbackTarget = {
  /** As configured, but for fragment, user and password: the address requested, character for character, and signed. */
  url: string
  /** `user:password` of the URL, which becomes a header. */
  basicAuth: string | null
  connectTimeoutMs: number
  readTimeoutMs: number
  totalTimeoutMs: number
  /** Attempts after the first. */
  retries: number
  retryOn: ReadonlySet<Failure>
}

/**
 * Reads a callback URL with the overrides that its fragment may hold, such as `#rc=2&rp=5xx,rt`. Values out of range
 * are not overrides.
 * Source: Twilio "Webhooks (HTTP callbacks): Connection Overrides".
 */
export function parseCallbackTarget(configured: string): CallbackTarget {
  const hash = configured.indexOf('#')
  const overrides = new URLSearchParams(hash < 0 ? '' : configured.slice(hash + 1))
  const withoutFragment = hash < 0 ? configured : configured.slice(0, hash)
  const [, scheme = '', userInfo, authority = '', path = ''] =
    /^(https?:\/\/)(?:([^/?@]*)@)?([^/?]*)(.*)$/is.exec(withoutFragment) ?? []

  const integer = (name: string, min: number, max: number, fallback: number): number => {
    const value = Number(overrides.get(name) ?? Number.NaN)
    return Number.isInteger(value) && value >= min && value <= max ? value : fallback
  }
  return {
    url: scheme + authority + (path.startsWith('/') ? '' : '/') + encodeForWire(path),
    basicAuth: userInfo === undefined ? null : decodeLeniently(userInfo),
    connectTimeoutMs: integer('ct', 100, 10_000, 5000),
    readTimeoutMs: integer('rt', 100, 15_000, 15_000),
    totalTimeoutMs: integer('tt', 100, 15_000, 15_000),
    retries: integer('rc', 0, 5, 1),
    retryOn: parsePolicy(overrides.get('rp')),
  }
}

const FAILURES = ['ct', 'rt', '4xx', '5xx'] as const satisfies Failure[]

function parsePolicy(policy: string | null): Set<Failure> {
  const words = (policy ?? 'ct').split(',')
  return new Set(words.includes('all') ? FAILURES : FAILURES.filter((failure) => words.includes(failure)))
}

/** Percent-encodes what cannot stand in a request, and nothing else: the receiver checks what it was sent. */
function encodeForWire(path: string): string {
  return path.toWellFormed().replaceAll(/[^\u0021-\u007e]+/g, encodeURIComponent)
}

function decodeLeniently(userInfo: string): string {
  try {
    return decodeURIComponent(userInfo)
  } catch {
    return userInfo
  }
}
