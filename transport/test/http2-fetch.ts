import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import { Readable } from 'node:stream'

type Fetch = typeof globalThis.fetch

/** `fetch` over one connection of HTTP/2 without TLS, which the platform's own does not speak. */
export function createHttp2Fetch(origin: string): Disposable & { fetch: Fetch } {
  const session = connect(origin)
  return {
    fetch: async (input, init) => send(session, new Request(input, init)),
    [Symbol.dispose]: () => session.destroy(),
  }
}

async function send(session: ClientHttp2Session, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const stream = session.request({
    ...Object.fromEntries(request.headers),
    ':method': request.method,
    ':path': pathname + search,
  })
  request.signal.addEventListener('abort', () => stream.destroy(request.signal.reason as Error))
  const { promise, resolve, reject } = Promise.withResolvers<IncomingHttpHeaders>()
  stream.once('response', resolve)
  stream.once('error', reject)
  stream.once('close', () => reject(new Error('the stream was closed')))
  if (request.body === null) stream.end()
  else stream.end(new Uint8Array(await request.arrayBuffer()))
  const head = await promise
  const headers = Object.entries(head).filter(([name]) => !name.startsWith(':'))
  const status = Number(head[':status'])
  const body = status === 204 ? null : (Readable.toWeb(stream) as ReadableStream<Uint8Array>)
  return new Response(body, { status, headers: headers.map(([name, value]) => [name, String(value)]) })
}
