import { AsyncLocalStorage } from 'node:async_hooks'
import type RequestClient from 'twilio/lib/base/RequestClient.js'
import { createConnection } from './connection.ts'
import type { ConnectionOptions, HttpResponse } from './connection.ts'
import { parseRetryAfter, retry } from './retry.ts'
import { toRateLimitError } from '../twilio-error.ts'

type RequestOptions<TData = unknown> = RequestClient.RequestOptions<TData>

/** The SDK takes no AbortSignal, so the signal of a call reaches the HTTP client beside it. */
const callSignal = new AsyncLocalStorage<AbortSignal | undefined>()

/** Runs SDK calls so that aborting `signal` aborts their HTTP requests. */
export function withSignal<T>(signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
  return callSignal.run(signal, call)
}

/**
 * An HTTP client for the official SDK. It differs from the SDK's own in what a server under load needs: one
 * deadline over all attempts, kept-alive connections for `http:` base URLs too, retries that know which calls
 * may be repeated, abortable requests, a cap on responses, and errors told apart. It speaks to one origin only,
 * so no URL in an response can carry the credentials elsewhere.
 */
export function createHttpClient(
  sdk: { RequestClient: typeof RequestClient },
  options: ConnectionOptions & { timeoutMs: number },
): RequestClient & { close(): void } {
  const connection = createConnection(options)

  class HttpClient extends sdk.RequestClient {
    override request<TData>(request: RequestOptions<TData>): Promise<HttpResponse<TData>> {
      const method = request.method.toUpperCase()
      const deadline = AbortSignal.timeout(options.timeoutMs)
      const signal = callSignal.getStore()
      return retry({ idempotent: method === 'GET', deadline, signal }, () =>
        connection.send({
          method,
          url: withQuery(request.uri, request.params),
          headers: toHeaders(request),
          body: method === 'GET' ? undefined : toForm(request.data).toString(),
          deadline,
          signal,
        }),
      ).then(refuseRateLimit) as Promise<HttpResponse<TData>>
    }

    close(): void {
      connection.close()
    }
  }

  return new HttpClient()
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
