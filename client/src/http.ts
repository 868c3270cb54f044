import { codeOfStatus, RoomkeyError } from './errors.ts'

/** Just what is used of `fetch`, so that undici's, a test's or a wrapper's fits too. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/**
 * `fetch` for the tRPC link: every failure of the transport becomes a `RoomkeyError`, before tRPC flattens it to a
 * message. Redirects are refused: following one would hand the caller's credentials to whatever it names.
 */
export function createHttpFetch(fetch: Fetch, server: string) {
  return async (input: unknown, init: object = {}) => {
    const response = await send(input as string, init)
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      throw new RoomkeyError(
        'BAD_RESPONSE',
        `${server} answers with a redirect, which is not followed: set url to where it leads`,
        { status: response.status === 0 ? undefined : response.status },
      )
    }
    return { ok: response.ok, json: () => readAnswer(response) }
  }

  async function send(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, redirect: 'manual' })
    } catch (cause) {
      throw networkError(cause)
    }
  }

  async function readAnswer(response: Response): Promise<unknown> {
    const text = await response.text().catch((cause: unknown) => {
      throw networkError(cause)
    })
    const answer = parseAnswer(text)
    if (answer !== undefined) return answer
    const { status } = response
    throw new RoomkeyError(codeOfStatus(status), `${server} gives an answer that is not Roomkey's (HTTP ${status})`, {
      status,
      retryAfterSeconds: parseRetryAfter(response.headers.get('retry-after')),
    })
  }

  function networkError(cause: unknown): RoomkeyError {
    return new RoomkeyError('NETWORK_ERROR', `${server} cannot be reached, or the connection broke`, { cause })
  }
}

/** The body as tRPC sends it: an envelope, or a list of them; `undefined` for anything else. */
function parseAnswer(text: string): unknown {
  try {
    const answer: unknown = JSON.parse(text)
    const envelopes: unknown[] = Array.isArray(answer) ? answer : [answer]
    return envelopes.every(isEnvelope) ? answer : undefined
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
