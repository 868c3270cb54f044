import { codeOfStatus, RoomkeyError } from './errors.ts'

/** Just what is used of `fetch`, so that undici's, a test's or a wrapper's fits too. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Requests to one server, whose every failure is a `RoomkeyError`. */
export interface Http {
  /** Redirects are refused: following one would hand the caller's credentials to whatever it names. */
  send(url: string, init: RequestInit): Promise<Response>
  /** The body as tRPC sends it: an envelope, or a list of them. */
  readEnvelope(response: Response): Promise<unknown>
  /** What a connection that cannot be made, or that breaks, is told as. */
  networkError(cause: unknown): RoomkeyError
}

/** Makes requests by `fetch`; `server` is what messages call the server. */
export function createHttp(fetch: Fetch, server: string): Http {
  return {
    async send(url, init) {
      const response = await fetch(url, { ...init, redirect: 'manual' }).catch((cause: unknown) => {
        throw networkError(cause)
      })
      if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
        throw new RoomkeyError(
          'BAD_RESPONSE',
          `${server} answers with a redirect, which is not followed: set url to where it leads`,
          { status: response.status === 0 ? undefined : response.status },
        )
      }
      return response
    },
    async readEnvelope(response) {
      const text = await response.text().catch((cause: unknown) => {
        throw networkError(cause)
      })
      const envelope = parseEnvelope(text)
      if (envelope !== undefined) return envelope
      const { status } = response
      throw new RoomkeyError(
        codeOfStatus(status),
        `${server} gives a response that is not Roomkey's (HTTP ${status})`,
        {
          status,
          retryAfterSeconds: parseRetryAfter(response.headers.get('retry-after')),
        },
      )
    },
    networkError,
  }

  function networkError(cause: unknown): RoomkeyError {
    return new RoomkeyError('NETWORK_ERROR', `${server} cannot be reached, or the connection broke`, { cause })
  }
}

/** `undefined` for anything but an envelope, or a list of them. */
function parseEnvelope(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text)
    const envelopes: unknown[] = Array.isArray(body) ? body : [body]
    return envelopes.every(isEnvelope) ? body : undefined
  } catch {
    return undefined
  }
}

function isEnvelope(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  if ('result' in value) return true
  // A proxy's `{ "error": "…" }` is none.
  return 'error' in value && typeof value.error === 'object' && value.error !== null && 'code' in value.error
}

/** Seconds; the form with a date is left to the retry's own pace. Source: RFC 9110, section 10.2.3. */
function parseRetryAfter(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : undefined
}
