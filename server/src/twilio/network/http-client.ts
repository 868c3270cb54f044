import { AsyncLocalStorage } from 'node:async_hooks'
import type RequestClient from 'twilio/lib/base/RequestClient.js'
import { createConnection } from './connection.ts'
import type { ConnectionOptions, HttpResponse } from './connection.ts'
import type { Governor } from './governor.ts'
import { parseRetryAfter, retry, type TwilioCall } from './retry.ts'
import { toRateLimitError } from '../twilio-error.ts'

type RequestOptions<TData = unknown> = RequestClient.RequestOptions<TData>

/** The SDK takes no AbortSignal and no other word about a call, so those reach the HTTP client beside it. */
const currentCall = new AsyncLocalStorage<TwilioCall>()

const UNKNOWN_CALL: TwilioCall = { idempotent: false, signal: undefined, priority: 'caller', mayBeDone: false }

/** Runs a call of the SDK's: aborting its signal aborts the HTTP requests, and only if it is idempotent are they repeated. */
export function runCall<T>(call: TwilioCall, run: () => Promise<T>): Promise<T> {
  return currentCall.run(call, run)
}

/**
 * An HTTP client for the official SDK. It differs from the SDK's own in what a server under load needs: one
 * deadline over all attempts, kept-alive connections for `http:` base URLs too, retries that know which calls
 * may be repeated, one pace for all, abortable requests, a cap on responses, and errors told apart. It speaks to one origin only,
 * so no URL in a response can carry the credentials elsewhere.
 */
export function createHttpClient(
  Base: typeof RequestClient,
  options: ConnectionOptions & { timeoutMs: number; governor: Governor },
): RequestClient & { close(): void } {
  const connection = createConnection(options)

  class HttpClient extends Base {
    override request<TData>(request: RequestOptions<TData>): Promise<HttpResponse<TData>> {
      const method = request.method.toUpperCase()
      const deadline = AbortSignal.timeout(options.timeoutMs)
      const call = currentCall.getStore() ?? UNKNOWN_CALL
      const message = {
        method,
        url: withQuery(request.uri, request.params),
        headers: toHeaders(request),
        body: method === 'GET' ? undefined : toForm(request.data).toString(),
        deadline,
        signal: call.signal,
      }
      return retry({ call, deadline }, async (sending) => {
        await options.governor.admit(method, { ...call, deadline })
        const response = await connection.send(message, sending)
        const { statusCode, headers } = response
        options.governor.note(method, { statusCode, retryAfterSeconds: parseRetryAfter(headers['retry-after']) })
        return response
      })
        .then(refuseRateLimit)
        .then(withRecords) as Promise<HttpResponse<TData>>
    }

    close(): void {
      connection.close()
    }
  }

  return new HttpClient()
}

// The SDK stumbles over an item of a page that is no record, and all the others would fall with it.
function withRecords(response: HttpResponse): HttpResponse {
  const page = response.body as { meta?: { key?: unknown } } & Record<string, unknown>
  const key = page.meta?.key
  const items = typeof key === 'string' ? page[key] : undefined
  if (typeof key !== 'string' || !Array.isArray(items)) return response
  const records = items.map((item: unknown) => (typeof item === 'object' && item !== null ? item : {}))
  return { ...response, body: { ...page, [key]: records } }
}

// The SDK's error has no headers, and `Retry-After` is what the caller needs.
function refuseRateLimit(response: HttpResponse): HttpResponse {
  if (response.statusCode !== 429) return response
  throw toRateLimitError(response.body, parseRetryAfter(response.headers['retry-after']))
}

function toHeaders({ headers, username, password }: RequestOptions): Record<string, string> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  return { ...headers, authorization }
}

function withQuery(uri: string, params: object | undefined): URL {
  const url = new URL(uri)
  for (const [name, value] of toForm(params)) url.searchParams.append(name, value)
  return url
}

// Twilio wants arrays as a repeated name.
function toForm(data: unknown): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(data ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) form.append(name, String(item))
  }
  return form
}
