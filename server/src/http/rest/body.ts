import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { parseJson } from '../../core/parse-json.ts'
import { VideoError } from '../../core/video-error.ts'
import { JSON_EXPECTED } from '../../rpc/error-shape.ts'

/** Bodies are JSON, and stay text: they are parsed once their caller is known to be let in. */
export function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    // Decoded leniently, bytes that are no UTF-8 would become U+FFFD and pass for a name.
    if (isUtf8(body as Buffer)) done(null, (body as Buffer).toString())
    else done(new VideoError('INVALID_INPUT', 'The body is not valid UTF-8'), undefined)
  })
  app.addHook('onRequest', (request, reply, done) => done(findRefusal(request, reply)))
}

/** The fields of a body that must be a JSON object; none of an empty one. */
export function readFields({ body }: Pick<FastifyRequest, 'body'>): Record<string, unknown> {
  if (typeof body !== 'string' || body === '') return {}
  const value = parseJson(body)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new VideoError('INVALID_INPUT', 'The body must be one JSON object')
}

/**
 * As over tRPC, a page of another site cannot make a browser send what changes something: it would have to say that it
 * sends JSON, and the browser asks first. A program that sends nothing need not say what it is, nor need a page whose
 * origin may call.
 */
function findRefusal(request: FastifyRequest, reply: FastifyReply): VideoError | undefined {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return undefined
  const contentType = headers['content-type']
  const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
  const isFine =
    contentType === undefined
      ? isEmpty && isOfKnownOrigin(request, reply)
      : /^application\/json\s*(?:;|$)/i.test(contentType)
  return isFine ? undefined : new VideoError('UNSUPPORTED_MEDIA_TYPE', JSON_EXPECTED)
}

/** No page of another site: browsers name the origin of every page that posts. CORS has looked at it by now. */
function isOfKnownOrigin(request: FastifyRequest, reply: FastifyReply): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin === undefined) return site === undefined || site === 'none' || site === 'same-origin'
  if (reply.getHeader('access-control-allow-origin') === origin) return true
  return URL.canParse(origin) && new URL(origin).host === request.host
}
