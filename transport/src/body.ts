import { isUtf8 } from 'node:buffer'
import { TRPCError } from '@trpc/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** A body that was refused before any procedure was asked. */
class BodyError extends TRPCError {}

/**
 * Takes over the reading of bodies in this plugin's scope. JSON stays text, because each call parses its own
 * input; form data and binary bodies stay streams for tRPC's handler; everything else is left unread.
 */
export function acceptBodies(app: FastifyInstance, limit: number): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: limit }, (_request, body, done) => {
    // Decoded leniently, bytes that are no UTF-8 would become U+FFFD and pass for a name.
    if (isUtf8(body as Buffer)) done(null, (body as Buffer).toString())
    else done(new BodyError({ code: 'BAD_REQUEST', message: 'The request body is not valid UTF-8' }), undefined)
  })
  app.addContentTypeParser(['multipart/form-data', 'application/octet-stream'], (request, payload, done) => {
    // A length told in advance is refused before a byte is read; one that is not told, by the handler on the way.
    if (Number(request.headers['content-length']) > limit) done(tooLarge(limit), undefined)
    else done(null, payload)
  })
  app.addContentTypeParser('*', (request, _payload, done) => {
    done(unsupportedContentType(request), undefined)
  })
}

/** The refusal of a body in tRPC's words, or `undefined` when the error is not about a body. */
export function toBodyError(error: unknown, request: FastifyRequest): TRPCError | undefined {
  if (error instanceof BodyError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code !== 'string' || !code.startsWith('FST_ERR_CTP_')) return undefined
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new BodyError({ code: 'PAYLOAD_TOO_LARGE', message: 'The request body is too large', cause: error })
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unsupportedContentType(request)
  return new BodyError({ code: 'BAD_REQUEST', cause: error })
}

/** @throws TRPCError 415 unless the body is JSON; a GET has none, so it may say anything or nothing. */
export function requireJson(request: FastifyRequest): void {
  if (request.method !== 'GET' && contentTypeOf(request) !== 'application/json') throw unsupportedContentType(request)
}

/** The media type alone, lower case, without parameters; `''` when there is none. */
export function contentTypeOf({ headers }: FastifyRequest): string {
  const header = headers['content-type']
  if (header === undefined || header === 'application/json') return header ?? ''
  const end = header.indexOf(';')
  return (end === -1 ? header : header.slice(0, end)).trim().toLowerCase()
}

function unsupportedContentType({ headers }: FastifyRequest): BodyError {
  const contentType = headers['content-type']
  return new BodyError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    // The quote that never closes is tRPC's own text.
    message: contentType === undefined ? 'Missing content-type header' : `Unsupported content-type "${contentType}`,
  })
}

function tooLarge(limit: number): BodyError {
  return new BodyError({ code: 'PAYLOAD_TOO_LARGE', message: `The request body is larger than ${limit} bytes` })
}

/**
 * Bytes of a refused body that Node may read and drop: 64 MiB. A connection closed while the client still sends is
 * reset, and the refusal is lost with it; so a host that refuses bodies of its own keeps the connection open below it.
 */
export const DRAIN_LIMIT = 64 * 1024 * 1024
