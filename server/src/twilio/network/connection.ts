import http from 'node:http'
import https from 'node:https'
import type { HttpProxy } from '../../config/proxy.ts'
import { parseJson } from '../../core/parse-json.ts'
import { VideoError } from '../../core/video-error.ts'

/** `origin`: the only place this connection speaks to. `maxSockets`: connections open at once, default 100. */
export type ConnectionOptions = { origin: string; maxSockets?: number | undefined; proxy?: HttpProxy | undefined }

export type HttpRequest = {
  method: string
  url: URL
  headers: Record<string, string>
  body: string | undefined
  deadline: AbortSignal
  signal: AbortSignal | undefined
}

/** `body` is parsed JSON, or the text of an error that is not JSON. */
export type HttpResponse<TBody = unknown> = { statusCode: number; headers: http.IncomingHttpHeaders; body: TBody }

/** `fresh`: over a connection of the request's own, not a kept-alive one. */
export type Connection = {
  send(request: HttpRequest, options?: { fresh?: boolean }): Promise<HttpResponse>
  close(): void
}

/** A kept-alive connection was closed before a byte of the response, as the other side may do while it is idle. */
export class StaleConnectionError extends VideoError {}

/** Shorter than servers and the proxies before them keep connections that are not used. */
const IDLE_TIMEOUT_MS = 15_000

/** A page of 1,000 rooms is some 2 MB. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024

/**
 * Kept-alive connections to one origin.
 *
 * @throws VideoError `TWILIO_UNAVAILABLE`, `TWILIO_TIMEOUT`, `TWILIO_RESPONSE_INCOMPLETE` or
 *   `TWILIO_RESPONSE_INVALID`; the caller's own abort reason when `signal` aborts.
 */
export function createConnection({ origin, maxSockets = 100, proxy }: ConnectionOptions): Connection {
  const { protocol } = new URL(origin)
  const { Agent, request: open } = protocol === 'https:' ? https : http
  const options = { maxSockets, proxyEnv: proxy }
  const agent = new Agent({
    ...options,
    keepAlive: true,
    maxFreeSockets: 10,
    scheduling: 'lifo',
    timeout: IDLE_TIMEOUT_MS,
  })
  const freshAgent = new Agent(options)

  return {
    async send({ method, url, headers, body, deadline, signal }, { fresh = false } = {}) {
      if (url.origin !== origin) throw new TypeError(`a request to ${url.origin} does not belong to ${origin}`)
      let response: http.IncomingMessage | undefined
      let request: http.ClientRequest | undefined
      try {
        response = await new Promise<http.IncomingMessage>((resolve, reject) => {
          const length = body === undefined ? undefined : { 'content-length': String(Buffer.byteLength(body)) }
          request = open(url, {
            method,
            agent: fresh ? freshAgent : agent,
            headers: { ...headers, ...length },
            signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
          })
          request.on('response', resolve)
          request.on('error', reject)
          request.end(body)
        })
        return toResponse(response, await readText(response))
      } catch (cause) {
        if (cause instanceof VideoError) throw cause
        signal?.throwIfAborted()
        throw toConnectionError(cause, {
          deadline,
          responded: response !== undefined,
          reused: request?.reusedSocket === true,
        })
      }
    },
    close() {
      agent.destroy()
      freshAgent.destroy()
    },
  }
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_RESPONSE_BYTES) throw invalid(`Twilio answered with more than ${MAX_RESPONSE_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function toResponse({ statusCode = 0, headers }: http.IncomingMessage, text: string): HttpResponse {
  // The SDK would take a redirect for the thing itself.
  if (statusCode >= 300 && statusCode < 400) throw invalid(`Twilio answered with a redirect (${statusCode})`)
  const body = parseJson(text)
  if (typeof body === 'object' && body !== null) return { statusCode, headers, body }
  if (statusCode < 300) throw invalid('Twilio answered with something that is not JSON')
  return { statusCode, headers, body: text }
}

function toConnectionError(
  cause: unknown,
  { deadline, responded, reused }: { deadline: AbortSignal; responded: boolean; reused: boolean },
): VideoError {
  if (deadline.aborted) return new VideoError('TWILIO_TIMEOUT', 'Twilio did not answer in time; try again', { cause })
  if (responded) {
    const message = "Twilio's answer broke off; check whether the call took effect"
    return new VideoError('TWILIO_RESPONSE_INCOMPLETE', message, { cause })
  }
  if (!isReset(cause)) {
    return new VideoError('TWILIO_UNAVAILABLE', 'No connection to Twilio; try again in a moment', { cause })
  }
  const message = 'The connection to Twilio broke; check whether the call took effect'
  return new (reused ? StaleConnectionError : VideoError)('TWILIO_UNAVAILABLE', message, { cause })
}

/** Whether a connection there was has ended: the request may have been read. */
function isReset(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED'
}

function invalid(message: string): VideoError {
  return new VideoError('TWILIO_RESPONSE_INVALID', message)
}
