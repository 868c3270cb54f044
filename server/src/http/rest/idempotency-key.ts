import type { FastifyRequest } from 'fastify'
import { VideoError } from '../../core/video-error.ts'

/**
 * The key under which a creation is sent, so that sending it again creates nothing more; `undefined` without one.
 * Source: IETF draft-ietf-httpapi-idempotency-key-header, which quotes the key; most clients do not.
 */
export function findIdempotencyKey({ headers }: FastifyRequest): string | undefined {
  const header = headers['idempotency-key']
  if (header === undefined) return undefined
  const key = String(header).replace(/^"(.*)"$/, '$1')
  if (/^[\u0021-\u007e]{1,255}$/.test(key)) return key
  throw new VideoError('INVALID_INPUT', 'Idempotency-Key: 1 to 255 visible ASCII characters, such as a UUID')
}
