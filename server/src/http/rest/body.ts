import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
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
  app.addHook('onRequest', (request, _reply, done) => done(findRefusal(request)))
}

/**
 * As over tRPC, a page of another site cannot make a browser send what changes something: it would have to say that it
 * sends JSON, and the browser asks first. A program that sends nothing need not say what it is.
 */
function findRefusal({ method, headers }: FastifyRequest): VideoError | undefined {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return undefined
  const contentType = headers['content-type']
  if (contentType !== undefined) {
    return /^application\/json\s*(?:;|$)/i.test(contentType)
      ? undefined
      : new VideoError('UNSUPPORTED_MEDIA_TYPE', JSON_EXPECTED)
  }
  const isEmpty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
  const isOfPage = headers.origin !== undefined || headers['sec-fetch-site'] !== undefined
  return isEmpty && !isOfPage ? undefined : new VideoError('UNSUPPORTED_MEDIA_TYPE', JSON_EXPECTED)
}
