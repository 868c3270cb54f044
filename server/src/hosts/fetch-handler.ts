import { Readable } from 'node:stream'
import inject, { type InjectOptions, type Response as InjectedResponse } from 'light-my-request'
import type { Roomkey } from '../roomkey.ts'
import { createMountedApp, type MountOptions } from './mounted-app.ts'

/** What a host may know of a request besides what stands in it. */
export type FetchDetails = {
  /** The address that the request came from. Left out: 127.0.0.1, which `TRUST_PROXY=127.0.0.1` has speak for others. */
  ip?: string | undefined
}

/** What frameworks on fetch take as a handler. */
export type FetchHandler = (request: Request, details?: FetchDetails) => Promise<Response>

/**
 * Roomkey as a function from a `Request` to a `Response`, for Next.js, Hono, functions and whatever else is built on
 * fetch: `export const POST = createFetchHandler(roomkey, { prefix: '/api/video' })`. It answers every request that it is
 * given. Subscriptions stream; they end when the request is aborted or the response's body is cancelled. The caller
 * closes `roomkey`.
 *
 * With the embedded emulator, `roomkey.serveSignaling(server)` has the host's HTTP server carry its WebSockets, where
 * there is one to be had. Where not, calls work from this machine.
 */
export function createFetchHandler(roomkey: Roomkey, options: MountOptions = {}): FetchHandler {
  const app = createMountedApp(roomkey, options)

  return async (request, { ip } = {}) => {
    await app.ready()
    const { signal, url, method } = request
    if (signal.aborted) return goneAway()
    const { protocol, host } = new URL(url)
    try {
      const response = await inject(
        (incoming, outgoing) => {
          if (protocol === 'https:') Object.assign(incoming.socket, { encrypted: true })
          signal.addEventListener('abort', () => outgoing.destroy(), { once: true })
          app.routing(incoming, outgoing)
        },
        { ...toInjectOptions(request, host), ...(typeof ip === 'string' && { remoteAddress: ip }) },
      )
      return toFetchResponse(response, method)
    } catch (error) {
      if (signal.aborted) return goneAway()
      throw error
    }
  }
}

/** For a caller who is not there any more to read it. */
function goneAway(): Response {
  return new Response(null, { status: 499 })
}

function toInjectOptions(request: Request, host: string): InjectOptions & { payloadAsStream: true } {
  const { pathname, search } = new URL(request.url)
  const headers: Record<string, string> = { host, ...Object.fromEntries(request.headers) }
  const { body } = request
  // Requests made in code have no content-length.
  if (body !== null && headers['content-length'] === undefined) headers['transfer-encoding'] = 'chunked'
  return {
    method: request.method,
    url: pathname + search,
    headers,
    payloadAsStream: true,
    // With a page's types beside, there are two of ReadableStream.
    ...(body !== null && { payload: Readable.from(body as AsyncIterable<Uint8Array>, { objectMode: false }) }),
  }
}

/** Headers that concern the connection, which is the host's matter. Source: RFC 9110, 7.6.1. */
const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding'])

/** Statuses of responses that have no body. Source: the Fetch standard, "null body status". */
const NULL_BODY_STATUSES = new Set([204, 205, 304])

function toFetchResponse({ statusCode, headers, stream, raw }: InjectedResponse, method: string): Response {
  const body = stream()
  // A reader that cancels has hung up.
  body.once('close', () => raw.res.destroy())
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    CONNECTION_HEADERS.has(name) || value === undefined
      ? []
      : [value].flat().map((one) => [name, String(one)] as [string, string]),
  )
  const hasBody = method !== 'HEAD' && !NULL_BODY_STATUSES.has(statusCode)
  if (!hasBody) body.resume()
  return new Response(hasBody ? (Readable.toWeb(body) as ReadableStream) : null, {
    status: statusCode,
    headers: fields,
  })
}
