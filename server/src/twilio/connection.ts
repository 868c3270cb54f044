import http from 'node:http'
import https from 'node:https'
import type { Proxy } from '../proxy.ts'
import { VideoError } from '../errors/video-error.ts'

/** `origin`: the only place this connection speaks to. `maxSockets`: connections open at once, default 100. */
export type ConnectionOptions = { origin: string; maxSockets?: number | undefined; proxy?: Proxy | undefined }

export type HttpRequest = {
  method: string
  url: URL
  headers: Record<string, string>
  body: string | undefined
  deadline: AbortSignal
  signal: AbortSignal | undefined
}

/** `body` is parsed JSON, or the text of an error that is not JSON. */
export type HttpAnswer<TBody = unknown> = { statusCode: number; headers: http.IncomingHttpHeaders; body: TBody }

export type Connection = { send(request: HttpRequest): Promise<HttpAnswer>; close(): void }

/** A page of 1,000 rooms is some 2 MB. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024

/**
 * Kept-alive connections to one origin.
 *
 * @throws VideoError `TWILIO_UNAVAILABLE`, `TWILIO_TIMEOUT`, `TWILIO_RESPONSE_INCOMPLETE` or
 *   `TWILIO_RESPONSE_INVALID`; the caller's own abort reason when `signal` aborts.
 */
export function createConnection({ origin, maxSockets = 100, proxy }: ConnectionOptions): Connection {
  const { protocol } = new URL(origin)
  const { Agent, request: open } = protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets, maxFreeSockets: 10, scheduling: 'lifo', proxyEnv: proxy })

  return {
    async send({ method, url, headers, body, deadline, signal }) {
      if (url.origin !== origin) throw new TypeError(`a request to ${url.origin} does not belong to ${origin}`)
      let answer: http.IncomingMessage | undefined
      try {
        answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
          const length = body === undefined ? undefined : { 'content-length': String(Buffer.byteLength(body)) }
          const request = open(url, {
            method,
            agent,
            headers: { ...headers, ...length },
            signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
          })
          request.on('response', resolve)
          request.on('error', reject)
          request.end(body)
        })
        return toAnswer(answer, await readText(answer))
      } catch (cause) {
        if (cause instanceof VideoError) throw cause
        signal?.throwIfAborted()
        throw toFault(cause, { deadline, answered: answer !== undefined })
      }
    },
    close: () => agent.destroy(),
  }
}

async function readText(answer: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) throw invalid(`Twilio answered with more than ${MAX_ANSWER_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function toAnswer({ statusCode = 0, headers }: http.IncomingMessage, text: string): HttpAnswer {
  // The SDK would take a redirect for the thing itself.
  if (statusCode >= 300 && statusCode < 400) throw invalid(`Twilio answered with a redirect (${statusCode})`)
  const body = parseJson(text)
  if (body !== undefined) return { statusCode, headers, body }
  if (statusCode < 300) throw invalid('Twilio answered with something that is not JSON')
  return { statusCode, headers, body: text }
}

function parseJson(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function toFault(cause: unknown, { deadline, answered }: { deadline: AbortSignal; answered: boolean }): VideoError {
  if (deadline.aborted) return new VideoError('TWILIO_TIMEOUT', 'Twilio did not answer in time; try again', { cause })
  if (answered) {
    return new VideoError(
      'TWILIO_RESPONSE_INCOMPLETE',
      "Twilio's answer broke off; check whether the call took effect",
      {
        cause,
      },
    )
  }
  return new VideoError('TWILIO_UNAVAILABLE', 'No connection to Twilio; try again in a moment', { cause })
}

function invalid(message: string): VideoError {
  return new VideoError('TWILIO_RESPONSE_INVALID', message)
}
