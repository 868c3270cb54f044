import { DRAIN_LIMIT } from '@roomkey/trpc-fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { VideoError } from '../core/video-error.ts'
import { JSON_EXPECTED } from '../rpc/error-shape.ts'
import { sendError } from './error-handler.ts'

/**
 * Largest body of a request, in bytes, whatever its content type: twice what 50 calls need with every name at its
 * longest and escaped. Reading more would cost a tenth of a second a request.
 */
export const BODY_LIMIT = 256 * 1024

/** Refuses what no procedure could make sense of before a byte of its body is read. */
export function addEarlyRefusal(app: FastifyInstance, maxBatchSize: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = findRefusal(request, maxBatchSize)
    if (refusal === undefined) return done()
    // Node reads what is left of a small body; the connection is given up for a large one.
    if (!(Number(request.headers['content-length'] ?? 0) <= DRAIN_LIMIT)) reply.header('connection', 'close')
    return sendError(request, reply, refusal)
  })
}

/** Refuses addresses that are no UTF-8. */
export function requireUtf8(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => done(isUtf8(request.url) ? undefined : notUtf8()))
}

function findRefusal(request: FastifyRequest, maxBatchSize: number): VideoError | undefined {
  if (countCalls(request.url) > maxBatchSize) {
    const message = `A batch may hold at most ${maxBatchSize} calls; send them in several requests`
    return new VideoError('PAYLOAD_TOO_LARGE', message)
  }
  // tRPC takes these two as well, for procedures that want a file; none of ours does.
  const contentType = request.headers['content-type']
  if (contentType !== undefined && /^(?:multipart\/form-data|application\/octet-stream)/i.test(contentType)) {
    return new VideoError('UNSUPPORTED_MEDIA_TYPE', JSON_EXPECTED)
  }
  return isUtf8(request.url) ? undefined : notUtf8()
}

function notUtf8(): VideoError {
  return new VideoError('INVALID_INPUT', 'The address is not valid UTF-8')
}

// Decoded leniently, bytes that are no UTF-8 would become U+FFFD and pass for a name.
function isUtf8(url: string): boolean {
  if (!url.includes('%')) return true
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}

/**
 * The calls of a batch as they will be executed: both its mark and its commas may be encoded, and of the path Fastify
 * takes off one layer of encoding and tRPC another.
 */
function countCalls(url: string): number {
  const end = url.indexOf('?')
  if (end === -1) return 1
  const names = url.slice(0, end).split(COMMA).length
  return names > 1 && new URLSearchParams(url.slice(end)).get('batch') === '1' ? names : 1
}

const COMMA = /,|%(?:25)*2c/i
